"""The gate as programs and the command line ask for it: with a configuration file, a baseline, a change since."""
