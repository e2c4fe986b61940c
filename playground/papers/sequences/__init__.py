"""Claims about models that read a sequence and write one."""
