"""The register of equipment, and the weights that balances have read."""
