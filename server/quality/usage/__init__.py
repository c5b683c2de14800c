"""Whether a lot may be used: what stands for and against it on one page, and QA's signature under exactly that."""
