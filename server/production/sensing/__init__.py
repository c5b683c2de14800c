"""Parameters that a recipe binds to a figure which a machine gives by itself."""
