//! Puts off what nobody has scrolled to yet.

/** Calls `then` once, when the element is seen; for use in an effect. */
export function whenSeen(element: Element, then: () => void): () => void {
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    then();
  });
  watch.observe(element);
  return () => watch.disconnect();
}
