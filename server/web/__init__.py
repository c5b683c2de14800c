"""What every answer of the site goes through: problems, guard, health, the app's shell, the log as files."""
