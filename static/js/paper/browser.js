/* The browsers inside chat apps: no download, no new window, storage gone when they close. What we do for them works
   everywhere; this only decides which sentence is shown. */

const APPS = /Zalo|FBA[NV]|FB_IAB|Messenger|Instagram|Line\/|Viber|; wv\)/;

export function inApp() {
  return APPS.test(navigator.userAgent);
}
