/**
 * Runs `make` without the stack traces that cdktf captures for each token it creates.
 *
 * They name the place that created a token, should it fail to resolve. For the hundreds of tokens within the classes
 * that a construct makes, that place says nothing to its user, and capturing it takes most of the time of making them.
 * Errors that `make` throws keep their own traces.
 */
export function withoutStackTraces<T>(make: () => T): T {
  const capture = Error.captureStackTrace;
  Error.captureStackTrace = () => {};
  try {
    return make();
  } finally {
    Error.captureStackTrace = capture;
  }
}
