"""Master recipes: approved, versioned, frozen into batch orders."""
