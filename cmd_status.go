//go:build !desktop

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"helium/app/api"
	"helium/app/launch"
	"helium/app/local"
)

// statusCmd asks the agent of a folder how it is.
type statusCmd struct {
	Data  string `help:"Folder of the node." placeholder:"DIR"`
	JSON  bool   `name:"json" help:"Print the whole state as one JSON object."`
	Field string `help:"Print one field of it, such as node.status." placeholder:"PATH"`
}

func (c statusCmd) Run(env *environment) error {
	dir := c.Data
	if dir == "" {
		var err error
		if dir, err = launch.DataDir(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(env.ctx, 10*time.Second)
	defer cancel()
	s, err := askState(ctx, dir)
	if errors.Is(err, local.ErrNotRunning) {
		return fmt.Errorf("no agent runs in %s: start one with helium node", dir)
	}
	if err != nil {
		return err
	}

	switch {
	case c.Field != "":
		value, err := fieldOf(s, c.Field)
		if err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, value)
		return nil
	case c.JSON:
		return json.NewEncoder(env.stdout).Encode(s)
	}
	return printState(env, s)
}

func askState(ctx context.Context, dir string) (api.State, error) {
	address, err := local.ReadAddress(dir)
	if err != nil {
		return api.State{}, err
	}
	client, err := local.Dial(ctx, address)
	if err != nil {
		return api.State{}, err
	}
	defer client.Close()
	return client.State(ctx)
}

func printState(env *environment, s api.State) error {
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "node\t%s\n", s.Node.Status)
	if r := s.Node.Reason; r != nil {
		fmt.Fprintf(out, "\t%s. %s\n", strings.TrimSuffix(r.Error(), "."), r.Action)
	}
	fmt.Fprintf(out, "today\t%s for %d tasks\n", s.Earnings.Today, s.Earnings.TasksToday)
	fmt.Fprintf(out, "stake\t%s\n", s.Node.Stake)
	if s.Node.StakeFrom != nil {
		fmt.Fprintf(out, "\tcomes back from %s on\n", s.Node.StakeFrom.Local().Format(time.DateTime))
	}
	fmt.Fprintf(out, "wallet\t%s with %s\n", s.Wallet.Address, s.Wallet.Balance)
	fmt.Fprintf(out, "runs on\t%s, %s\n", s.Hardware.Name, s.Hardware.Runtime)
	fmt.Fprintf(out, "network\t%s, block %d\n", s.Network.Name, s.Network.Head)
	return out.Flush()
}

// fieldOf walks a path such as node.status through the state's JSON.
func fieldOf(s api.State, path string) (string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	var at any
	if err := json.Unmarshal(b, &at); err != nil {
		return "", err
	}
	for name := range strings.SplitSeq(path, ".") {
		object, ok := at.(map[string]any)
		if at, ok = object[name]; !ok {
			return "", fmt.Errorf("the state has no field %s: helium status --json shows those it has", path)
		}
	}
	if text, ok := at.(string); ok {
		return text, nil
	}
	b, err = json.Marshal(at)
	return string(b), err
}
