"""Who is told of what, at once and until somebody acknowledges it: in the app, by push and by e-mail."""
