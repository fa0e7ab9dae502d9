"""What other computers may take from the directory without a key: only what its public pages say."""
