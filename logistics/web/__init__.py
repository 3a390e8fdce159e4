"""The pages that every visitor meets: sign-in, language, errors."""
