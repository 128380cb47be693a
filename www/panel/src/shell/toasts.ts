// Where messages of what was done appear.
export const TOASTER = "toasts";
