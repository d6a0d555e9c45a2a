"""`python -m pushbell`, and the entry point of the `pushbell` command."""

from pushbell.cli import pushbell


def main() -> None:
    pushbell(prog_name="pushbell")


if __name__ == "__main__":
    main()
