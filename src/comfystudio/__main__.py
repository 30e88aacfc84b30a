"""`python -m comfystudio`: the same as the `comfystudio` program."""

from comfystudio.cli import main

if __name__ == "__main__":
    main()
