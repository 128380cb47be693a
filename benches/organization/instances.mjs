// Every instance of a wasm module made from now on, so that a measurement can read its memory's size. Imported first.
export const instances = [];

const Native = WebAssembly.Instance;
WebAssembly.Instance = class extends Native {
  constructor(...args) {
    super(...args);
    instances.push(this);
  }
};
