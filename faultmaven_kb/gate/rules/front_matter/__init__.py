"""The rules of the front matter: RB1xx and RB2xx."""
