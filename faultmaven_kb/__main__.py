"""`python -m faultmaven_kb` is `fmkb`."""

from faultmaven_kb.cli.main import main

if __name__ == "__main__":
    main()
