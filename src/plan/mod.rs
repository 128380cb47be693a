//! Requests -> change -> access diff, guards, answers, records, inverse.
