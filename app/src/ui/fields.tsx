/** Fields of the panel: ranges, switches, choices. */
import { useId } from 'preact/hooks';

interface RangeProps {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  readonly unit?: string;
  readonly help?: string;
  /** The value is the model's own. */
  readonly own?: boolean;
}

export function Range({ label, value, low, high, step, onChange, unit = '', help, own = false }: RangeProps) {
  const id = useId();
  return (
    <div class="field range">
      <label for={id}>{label}</label>
      <output for={id} class={own ? 'own' : ''}>
        {Number.isInteger(step) ? value : value.toFixed(2)} {unit}
      </output>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        aria-describedby={help ? `${id}-help` : undefined}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly help?: string;
}

export function Switch({ label, on, onChange, help }: SwitchProps) {
  return (
    <label class="field switch">
      <span>
        {label}
        {help && <span class="help">{help}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </label>
  );
}

interface ChoicesProps<T extends string> {
  readonly name: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
  readonly help?: string;
}

/** A few values side by side. */
export function Choices<T extends string>({ name, label, value, options, onChange, help }: ChoicesProps<T>) {
  return (
    <fieldset class="field choices">
      <legend>{label}</legend>
      <div class="segments">
        {options.map(([id, text]) => (
          <label key={id}>
            <input type="radio" name={name} value={id} checked={id === value} onChange={() => onChange(id)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {help && <p class="help">{help}</p>}
    </fieldset>
  );
}
