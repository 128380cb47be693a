// When a page fails: it says so, and the rest of the panel stays.
import { Button } from "@fluentui/react-components";
import { ErrorCircleRegular } from "@fluentui/react-icons";
import { Component, type ReactNode } from "react";
import { State } from "./states";

export class Boundary extends Component<{ children: ReactNode; onAgain: () => Promise<void> }, { failure: Error | null }> {
  state = { failure: null as Error | null };
  static getDerivedStateFromError(failure: Error) {
    return { failure };
  }
  render() {
    const { failure } = this.state;
    if (!failure) return this.props.children;
    return (
      <State bad icon={<ErrorCircleRegular />} title="This page failed" actions={<Button appearance="primary" onClick={() => void this.props.onAgain().finally(() => this.setState({ failure: null }))}>Read the organization anew</Button>}>
        {failure.message}. Nothing in the organization was changed, and your pending edits are kept.
      </State>
    );
  }
}
