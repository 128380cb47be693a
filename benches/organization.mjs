// The resident organization: restore, plan, diff, commit and questions, through the package's JavaScript with the shipped wasm.
