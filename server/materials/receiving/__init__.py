"""What comes in: lots and their containers received, numbered by rule, and held where something was wrong."""
