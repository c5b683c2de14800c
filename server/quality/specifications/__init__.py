"""What a material or product must be: versioned specifications, which results are judged against."""
