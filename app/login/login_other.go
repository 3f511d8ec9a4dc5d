//go:build !linux && !windows && !darwin

package login

// Set returns ErrNowhere.
func (Entry) Set(bool) error { return ErrNowhere }

// On returns ErrNowhere.
func (Entry) On() (bool, error) { return false, ErrNowhere }
