"""What people do to agreements besides taking steps: start, answer, discuss, agree actions, move to newer words."""
