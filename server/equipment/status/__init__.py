"""In what state pieces of equipment are: clean or not, in use, barred; their cleaning and their use log."""
