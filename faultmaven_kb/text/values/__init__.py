"""Front matter, YAML and TOML to plain values with places."""
