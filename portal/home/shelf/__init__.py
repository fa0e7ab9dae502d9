"""What an operator owes the public: who handles data and why, how accessible the pages are, and where to complain."""
