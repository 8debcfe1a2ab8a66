"""The command `roster`, also `python -m roster`: Ctrl-C ends it quietly, however early."""

import signal


def main() -> None:
    """Run the command line.

    Loading it takes half a second, in which there is nothing to end: SIGINT then ends the process as it does any
    other, without the traceback of whatever import it met. From then on, click answers it.
    """
    on_interrupt = signal.getsignal(signal.SIGINT)
    if on_interrupt is not signal.SIG_IGN:  # a shell lets background jobs ignore it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from roster.command_line import main as commands  # noqa: PLC0415 - this is what takes so long

    signal.signal(signal.SIGINT, on_interrupt)
    commands()


if __name__ == "__main__":
    main()
