/** Buttons: with an icon alone, with words, or both. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon.js';

interface ButtonProps {
  readonly icon?: IconName;
  /** What it does; shown as a tip where there are no words. */
  readonly label: string;
  /** Its key, shown in the tip. */
  readonly keys?: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  /** For switches: whether it is on. */
  readonly pressed?: boolean;
  readonly kind?: 'quiet' | 'primary' | 'plain';
  readonly children?: ComponentChildren;
  readonly tip?: 'right' | 'below' | 'above';
  readonly class?: string;
}

export function Button({
  icon,
  label,
  keys,
  onClick,
  disabled,
  pressed,
  kind = 'quiet',
  children,
  tip = 'below',
  class: more = '',
}: ButtonProps) {
  const wordless = children === undefined;
  return (
    <button
      type="button"
      class={`button ${kind} ${wordless ? 'wordless' : ''} ${more}`}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      aria-label={wordless ? label : undefined}
      data-tip={wordless ? (keys ? `${label}  ${keys}` : label) : undefined}
      data-tip-side={tip}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
