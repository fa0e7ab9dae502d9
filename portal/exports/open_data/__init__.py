"""The open data: a public set of every night, without a word about any person."""
