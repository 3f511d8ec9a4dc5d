//go:build !linux && !windows && !darwin

package awake

import "errors"

func hold(string) (func(), error) { return nil, errors.New("this system can't be asked to stay awake") }
