"""What others read about an agreement: funders, and everybody when both sides agree to it."""
