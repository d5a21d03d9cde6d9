import { Circuit } from './circuit';

describe('Circuit', () => {
  const open = (): { circuit: Circuit; wait: (ms: number) => void } => {
    let now = 0;
    const circuit = new Circuit(1_000, () => now);
    circuit.trip();
    return { circuit, wait: (ms) => (now += ms) };
  };

  it('admits everyone while nothing has failed', () => {
    const circuit = new Circuit(1_000);

    expect([circuit.admits(), circuit.admits()]).toEqual([true, true]);
  });

  it('admits nobody for a while after a failure', () => {
    const { circuit, wait } = open();
    wait(700);

    expect(circuit.admits()).toBe(false);
  });

  it('then admits one caller, who tries for all', () => {
    const { circuit, wait } = open();
    wait(1_300);

    expect([circuit.admits(), circuit.admits()]).toEqual([true, false]);
  });

  it('admits everyone again once that caller has succeeded', () => {
    const { circuit, wait } = open();
    wait(1_300);
    circuit.admits();

    circuit.reset();

    expect([circuit.admits(), circuit.admits()]).toEqual([true, true]);
  });

  it('stays shut for another while when that caller has failed', () => {
    const { circuit, wait } = open();
    wait(1_300);
    circuit.admits();
    circuit.trip();
    wait(700);

    expect(circuit.admits()).toBe(false);
  });
});
