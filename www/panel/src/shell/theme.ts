// Colours and type of the panel, light and dark.
import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from "@fluentui/react-components";
import { useSyncExternalStore } from "react";

const brand: BrandVariants = {
  10: "#04061a", 20: "#101638", 30: "#17205c", 40: "#1d2a7c", 50: "#253496", 60: "#2e3fac", 70: "#384abd", 80: "#4356cc",
  90: "#5568d6", 100: "#6a7cdf", 110: "#7f8fe6", 120: "#94a2ec", 130: "#a9b5f1", 140: "#bfc8f5", 150: "#d4dbf9", 160: "#e9edfc",
};
const font = { fontFamilyBase: "'Segoe UI Variable Text', 'Segoe UI', Inter, system-ui, -apple-system, Roboto, 'Noto Sans', sans-serif" };

export const light: Theme = { ...createLightTheme(brand), ...font, colorNeutralBackground2: "#f7f8fb", colorNeutralBackground3: "#f1f3f8", colorNeutralBackground4: "#f1f3f8", colorNeutralBackground4Hover: "#e4e8f2", colorNeutralBackground4Pressed: "#dde2ef" };
const darkBase = createDarkTheme(brand);
export const dark: Theme = {
  ...darkBase, ...font,
  colorBrandForeground1: brand[120], colorBrandForeground2: brand[130], colorBrandForegroundLink: brand[120], colorBrandForegroundLinkHover: brand[130],
  colorNeutralBackground1: "#1b1d25", colorNeutralBackground2: "#14161c", colorNeutralBackground3: "#101218", colorNeutralBackground4: "#101218", colorNeutralBackground4Hover: "#1f222c", colorNeutralBackground4Pressed: "#252936",
  colorNeutralBackground1Hover: "#262935", colorSubtleBackgroundHover: "#262935",
};

export type Choice = "light" | "dark" | "system";
const KEY = "scim-policy.theme";
const media = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
media.addEventListener("change", () => listeners.forEach((listener) => listener()));

export function choose(choice: Choice): void {
  localStorage.setItem(KEY, choice);
  listeners.forEach((listener) => listener());
}
const chosen = (): Choice => (localStorage.getItem(KEY) as Choice | null) ?? "system";
const subscribe = (listener: () => void) => (listeners.add(listener), () => void listeners.delete(listener));

export function useTheme(): { choice: Choice; isDark: boolean } {
  const key = useSyncExternalStore(subscribe, () => `${chosen()} ${media.matches}`);
  const choice = key.split(" ")[0] as Choice;
  return { choice, isDark: choice === "dark" || (choice === "system" && key.endsWith("true")) };
}
