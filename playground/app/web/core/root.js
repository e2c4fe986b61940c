/** Where the page is mounted, with its final slash; right under any mount path, since this file comes from there. */
export const ROOT = new URL('../../../', import.meta.url);
