"""Commands that listen until they are stopped: for agents, editors, programs and browsers."""
