"""Labels: designs that a plant changes itself, what is printed by them, and how often."""
