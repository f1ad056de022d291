"""What every page and every call shares: identity, errors, bodies, texts, assets."""
