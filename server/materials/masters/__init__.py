"""The material master: versions of what a material is, each approved by a flow."""
