"""What a fence contains, decided once for the gate and the labs: languages, placeholders, shell, SQL, data."""
