// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package contracts

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// ClassInfo is an auto generated low-level Go binding around an user-defined struct.
type ClassInfo struct {
	Card      string
	VramGB    uint16
	Runtime   string
	Joined    uint32
	Available uint32
}

// Deadlines is an auto generated low-level Go binding around an user-defined struct.
type Deadlines struct {
	CommitBy uint64
	RevealBy uint64
}

// JoinRequest is an auto generated low-level Go binding around an user-defined struct.
type JoinRequest struct {
	Card        string
	VramGB      uint16
	Runtime     string
	Fingerprint [32]byte
	SealKey     [32]byte
	Payout      common.Address
}

// NodeInfo is an auto generated low-level Go binding around an user-defined struct.
type NodeInfo struct {
	Status  uint8
	ClassId [32]byte
	SealKey [32]byte
	Payout  common.Address
	Stake   *big.Int
	TaskId  *big.Int
	Score   uint8
}

// Params is an auto generated low-level Go binding around an user-defined struct.
type Params struct {
	Stake            *big.Int
	MinFee           *big.Int
	MinClassNodes    uint32
	CommitSeconds    uint32
	RevealSeconds    uint32
	OpenSeconds      uint32
	QueueSeconds     uint32
	QueuePer100Nodes uint32
	StableDiffusion  Pricing
	Gpt              Pricing
}

// Pricing is an auto generated low-level Go binding around an user-defined struct.
type Pricing struct {
	OverheadSeconds uint32
	SecondsPerUnit  uint32
}

// Reveal is an auto generated low-level Go binding around an user-defined struct.
type Reveal struct {
	CommitmentsHash [32]byte
	Order           uint8
	Kind            uint8
	Result          []byte
	Nonce           [32]byte
	CiphertextHash  [32]byte
}

// TaskInfo is an auto generated low-level Go binding around an user-defined struct.
type TaskInfo struct {
	Status      uint8
	Outcome     uint8
	TaskType    uint8
	Creator     common.Address
	ArgsHash    [32]byte
	TaskKey     [32]byte
	ClassId     [32]byte
	Fee         *big.Int
	Units       uint32
	MinVramGB   uint16
	Nodes       [3]common.Address
	Commitments [3][32]byte
	Revealed    [3]bool
	Deadlines   Deadlines
}

// TaskRequest is an auto generated low-level Go binding around an user-defined struct.
type TaskRequest struct {
	TaskType  uint8
	ArgsHash  [32]byte
	ModelKey  [32]byte
	MinVramGB uint16
	Units     uint32
	Images    uint16
	Fee       *big.Int
}

// NodeMetaData contains all meta data concerning the Node contract.
var NodeMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIToken\",\"name\":\"token_\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minFee\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"minClassNodes\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"commitSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"revealSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"openSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queueSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queuePer100Nodes\",\"type\":\"uint32\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"stableDiffusion\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"gpt\",\"type\":\"tuple\"}],\"internalType\":\"structParams\",\"name\":\"params\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"}],\"name\":\"AlreadyJoined\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"internalType\":\"enumNodeStatus\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"IllegalStatus\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"InvalidClass\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"InvalidParams\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"}],\"name\":\"InvalidPayout\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidSealKey\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"OnlyDeployer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"OnlyTaskContract\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"task\",\"type\":\"address\"}],\"name\":\"TaskContractAlreadySet\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"card\",\"type\":\"string\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"vramGB\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"runtime\",\"type\":\"string\"}],\"name\":\"ClassAdded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"sealKey\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"NodeJoined\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"}],\"name\":\"NodeKickedOut\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"NodeSlashed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"enumNodeStatus\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"NodeStatusChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"StakeReturned\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"class\",\"type\":\"uint32\"}],\"name\":\"classAt\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"}],\"name\":\"classInfo\",\"outputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"card\",\"type\":\"string\"},{\"internalType\":\"uint16\",\"name\":\"vramGB\",\"type\":\"uint16\"},{\"internalType\":\"string\",\"name\":\"runtime\",\"type\":\"string\"},{\"internalType\":\"uint32\",\"name\":\"joined\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"available\",\"type\":\"uint32\"}],\"internalType\":\"structClassInfo\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"offset\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"classes\",\"outputs\":[{\"internalType\":\"bytes32[]\",\"name\":\"ids\",\"type\":\"bytes32[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"minVramGB\",\"type\":\"uint256\"}],\"name\":\"couldRun\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"counts\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"joined\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"available\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"busy\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minVramGB\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"seed\",\"type\":\"uint256\"}],\"name\":\"draw\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"class\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"card\",\"type\":\"string\"},{\"internalType\":\"uint16\",\"name\":\"vramGB\",\"type\":\"uint16\"},{\"internalType\":\"string\",\"name\":\"runtime\",\"type\":\"string\"},{\"internalType\":\"bytes32\",\"name\":\"fingerprint\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"sealKey\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"}],\"internalType\":\"structJoinRequest\",\"name\":\"request\",\"type\":\"tuple\"}],\"name\":\"join\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"joinedNodes\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"largestFree\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minClassNodes\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"nodeInfo\",\"outputs\":[{\"components\":[{\"internalType\":\"enumNodeStatus\",\"name\":\"status\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"sealKey\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"score\",\"type\":\"uint8\"}],\"internalType\":\"structNodeInfo\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pause\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"quit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"resume\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"contract_\",\"type\":\"address\"}],\"name\":\"setTaskContract\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"},{\"internalType\":\"enumEnding[3]\",\"name\":\"endings\",\"type\":\"uint8[3]\"},{\"internalType\":\"uint8[3]\",\"name\":\"scores\",\"type\":\"uint8[3]\"}],\"name\":\"settle\",\"outputs\":[{\"internalType\":\"address[3]\",\"name\":\"payouts\",\"type\":\"address[3]\"},{\"internalType\":\"uint256[3]\",\"name\":\"slashed\",\"type\":\"uint256[3]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"stakeAmount\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"taskContract\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token\",\"outputs\":[{\"internalType\":\"contractIToken\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "5ba46762d65e8444572ae5d905ddc6c844",
	Bin: "0x61010060405234610232576040516126e13881900390601f8201601f19168301906001600160401b0382118483101761021e5782916040528339810190808203916101a08312610232578151926001600160a01b03841684036102325761018090601f19011261023257604051906101408201906001600160401b0382118383101761021e576101249160405260208401518352604084015160208401526101606100ac60608601610236565b94604085019586526100c060808201610236565b60608601526100d160a08201610236565b60808601526100e260c08201610236565b60a08601526100f360e08201610236565b60c08601526101056101008201610236565b60e0860152610118836101208301610247565b61010086015201610247565b6101208201528051156101f057600363ffffffff835116106101ba5763ffffffff926080525160a052511660c0523360e052604051612453908161028e823960805181818161011d0152818161051c015281816108220152818161095d0152611ff0015260a0518181816106d70152610faf015260c051818181610ac80152818161228f01526122d9015260e05181610c960152f35b60405163a8c278dd60e01b815260206004820152600d60248201526c6d696e436c6173734e6f64657360981b6044820152606490fd5b60405163a8c278dd60e01b81526020600482015260056024820152647374616b6560d81b6044820152606490fd5b634e487b7160e01b5f52604160045260245ffd5b5f80fd5b519063ffffffff8216820361023257565b919082604091031261023257604080519081016001600160401b0381118282101761021e57604052602061028881839561028081610236565b855201610236565b91015256fe60806040526004361015610011575f80fd5b5f3560e01c8063046f7da21461118757806323c2e2bc146110475780633b70aebc14611020578063493dc7fa14610ffd57806352da925714610fd257806360c7dc4714610f985780636182997b14610f5f5780636ff4f5a314610e58578063817cc1ea14610e1f5780638456cb5914610d3c5780638c57c52114610c6e578063951a3d4914610c335780639c459af814610aec578063a7b8b01d14610aac578063bc7a679d14610a3c578063d79b37b414610562578063e2b6a2101461014c578063fc0c546a146101085763fc2b8cc3146100ea575f80fd5b34610104575f36600319011261010457610102611630565b005b5f80fd5b34610104575f366003190112610104576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b34610104576101403660031901126101045760043536608411610104573660e4116101045736610144116101045760606040519161018a8284611300565b8136843760405161019b8382611300565b823682375f546001600160a01b0316330361054f575f91825b60038410156104d5576101c68461144a565b35600581101561010457600110156104cc576001600160a01b036101f16101ec8661145c565b61161c565b165f52600760205263ffffffff60405f205416805f52600660205260405f208054918465ffffffffffff8460b01c1603610496576001820180549093906001600160a01b0316610241898c61146e565b5261024b8861144a565b35600581101561010457600314610466575b506102678761144a565b3560058110156101045760040361035b5791816102d76103529463ffffffff60026001989601945f86549665ffffffffffff60b01b19875416875555885463ffffffff60401b6102bb848360401c166117f1565b60401b169063ffffffff60401b19161789555460a01c166123a5565b85858060a01b038254167fa8d720d0a0a2e7c96bf9eb87433901ebb6331356c8f3283b2568de34478703cc6020604051868152a360ff60a01b198154168155848060a01b039054165f5160206124335f395f51905f5260206040515f8152a2610340878761146e565b5261034b868661146e565b519061141f565b935b01926101b4565b815465ffffffffffff60b01b191682556001549396929363ffffffff60401b61038d604083901c63ffffffff166117f1565b60401b169063ffffffff60401b19161760015560ff825460a01c1693600685101561045257600194600481036103ce575050906103c991611f60565b610354565b60030361040e575050600560a01b60ff60a01b19825416178155828060a01b039054165f5160206124335f395f51905f52602060405160058152a2610354565b63ffffffff906103c9938660a01b60ff60a01b19825416178155868060a01b039054165f5160206124335f395f51905f526020604051898152a25460a01c16611749565b634e487b7160e01b5f52602160045260245ffd5b8760051b60e4013560ff811681036101045760ff60a81b1990911660a89190911b60ff60a81b161782558961025d565b6104c760ff846104a86101ec8b61145c565b630ad25cdb60e11b5f526001600160a01b031660045260a01c16611251565b60445ffd5b92600190610354565b8285879280610515575b506104ed6040518094611283565b82015f905b600382106104ff5760c084f35b60208060019285518152019301910190916104f2565b61054990337f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316611edf565b836104df565b63a0e7914d60e01b5f523360045260245ffd5b346101045760203660031901126101045760043567ffffffffffffffff811161010457806004019060c06003198236030112610104576105a28280611a86565b90506105b16044830184611a86565b91801591508115610a31575b50610a055780159081156109fa575b506109ca5761ffff6105e060248301611ab9565b161561099b57608481013590811561098c5760a401906001600160a01b036106078361161c565b168015801561095a575b8015610951575b801561093e575b61092c5750335f52600760205263ffffffff60405f2054169283156108b0575b63ffffffff841690815f52600660205260405f209460ff865460a01c1660068110156104525761089d5761067561079292611b19565b60018701805463ffffffff60a01b191660a083901b63ffffffff60a01b1617815563ffffffff82169461078d9161078791906001600160a01b036106b88b61161c565b166bffffffffffffffffffffffff60a01b8254161790558760038b01557f0000000000000000000000000000000000000000000000000000000000000000998a6002820155600160a01b60ff60a01b19825416179055865f52600860205263ffffffff60405f20541690875f52600a602052610738868360405f20612050565b5f90815260066020526040902080546001600160e01b031660e083901b6001600160e01b03191617905560015463ffffffff61077581831661147f565b169063ffffffff19161760015561147f565b826122bc565b611749565b5f5260086020526107aa600160405f2001549261161c565b60405191825260018060a01b031660208201528260408201527fc40cb84b6dc6b613297ee392f5d068a074280672d0ea7268b5b77673f66027cc60603392a3604051600181525f5160206124335f395f51905f5260203392a26040516323b872dd60e01b5f90815233600452306024526044929092527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169160209060648180865af19060015f511482161561087d575b501561086b57005b635274afe760e01b5f5260045260245ffd5b60018215166108955750813b15153d15161682610863565b3d5f823e3d90fd5b637ca7fcf160e11b5f523360045260245ffd5b9250600154926108c863ffffffff8560801c16611605565b63ffffffff60801b19909416608085901b63ffffffff60801b1617600155335f818152600760209081526040808320805463ffffffff191663ffffffff8a1690811790915583526006909152902080546001600160a01b031916909117905561063f565b635360a43b60e01b5f5260045260245ffd5b505f546001600160a01b0316811461061f565b50308114610618565b507f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168114610611565b63ebac937760e01b5f5260045ffd5b6040516320c8f0f160e21b81526020600482015260066024820152653b3930b6a3a160d11b6044820152606490fd5b6040516320c8f0f160e21b815260206004820152600760248201526672756e74696d6560c81b6044820152606490fd5b6080915011836105cc565b60646040516320c8f0f160e21b815260206004820152600460248201526318d85c9960e21b6044820152fd5b6080915011846105bd565b3461010457606036600319011261010457604051610a5b606082611300565b60603682375f546001600160a01b0316330361054f57610aaa610a8b60a092604435906024359060043590611497565b9063ffffffff6040949394519416845260208401526040830190611283565bf35b34610104575f36600319011261010457602060405163ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b3461010457604036600319011261010457600435602435908063ffffffff60015460601c16809111610c2b575b610b2382826113fa565b8311610c17575b50610b3482611407565b91610b426040519384611300565b808352610b4e81611407565b602084019290601f19013684375f5b828110610ba8578385604051918291602083019060208452518091526040830191905f5b818110610b8f575050500390f35b8251845285945060209384019390920191600101610b81565b610bb2818361141f565b60018101809111610c035763ffffffff165f526008602052600160405f200154908551811015610bef5760019160208260051b8801015201610b5d565b634e487b7160e01b5f52603260045260245ffd5b634e487b7160e01b5f52601160045260245ffd5b81925090610c24916113fa565b9082610b2a565b905080610b19565b346101045760203660031901126101045760043563ffffffff8116809103610104575f5260086020526020600160405f200154604051908152f35b34610104576020366003190112610104576004356001600160a01b03811690819003610104577f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03163303610d29575f546001600160a01b03811680610d1757508115610ceb576001600160a01b031916175f55005b606460405163a8c278dd60e01b81526020600482015260046024820152637461736b60e01b6044820152fd5b63260e98d360e01b5f5260045260245ffd5b63e000635760e01b5f523360045260245ffd5b34610104575f36600319011261010457610d55336116f1565b9060ff825460a01c169060068210156104525760018203610dc357610d88915063ffffffff600184015460a01c16611809565b805460ff60a01b198116600560a01b17909155604051600581526001600160a01b03909116905f5160206124335f395f51905f5290602090a2005b5060028103610e085750805460ff60a01b198116600360a01b17909155604051600381526001600160a01b03909116905f5160206124335f395f51905f5290602090a2005b630ad25cdb60e11b5f52336004526104c790611251565b34610104575f36600319011261010457606060015463ffffffff604051918181168352818160201c16602084015260401c166040820152f35b34610104576020366003190112610104575f6080604051610e78816112e4565b606081528260208201526060604082015282606082015201526004355f52600960205263ffffffff60405f2054165f526008602052610f3260405f2080549063ffffffff60405192610ec9846112e4565b610ed56002840161135a565b845281610f4c610ef56003602088019661ffff8660601c1688520161135a565b94604087019586526060870195838516875283608089019560201c16855261ffff604051998a9960208b525160a060208c015260c08b019061125f565b925116604089015251878203601f1901606089015261125f565b9351166080850152511660a08301520390f35b34610104575f366003190112610104576004546001191680610f88575060205f5b604051908152f35b610f936020916117b9565b610f80565b34610104575f3660031901126101045760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b34610104576020366003190112610104576020610ff3600435600254611794565b1515604051908152f35b34610104575f36600319011261010457602063ffffffff60015416604051908152f35b34610104575f366003190112610104575f546040516001600160a01b039091168152602090f35b34610104576020366003190112610104576004356001600160a01b03811690819003610104575f60c060405161107c816112b4565b8281528260208201528260408201528260608201528260808201528260a082015201525f52600760205263ffffffff60405f2054165f52600660205260405f20805460ff8160a01c169060018301549063ffffffff8260a01c165f526008602052600160405f2001549160026003860154950154604051916110fd836112b4565b60068610156104525760e09660ff958785526020850190815260408501918252606085019260018060a01b03168352608085019384528660c060a087019665ffffffffffff8960b01c168852019660a81c16865260405197885251602088015251604087015260018060a01b0390511660608601525160808501525160a0840152511660c0820152f35b34610104575f366003190112610104576111a0336116f1565b9060ff825460a01c166006811015610452576005810361120b5750815460ff60a01b198116600160a01b17835560405160018082526101029463ffffffff93919290916001600160a01b0316905f5160206124335f395f51905f5290602090a2015460a01c16611749565b905060038103610e085750805460ff60a01b198116600160a11b17909155604051600281526001600160a01b03909116905f5160206124335f395f51905f5290602090a2005b600681101561045257602452565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b905f905b6003821061129457505050565b82516001600160a01b031681526020928301926001929092019101611287565b60e0810190811067ffffffffffffffff8211176112d057604052565b634e487b7160e01b5f52604160045260245ffd5b60a0810190811067ffffffffffffffff8211176112d057604052565b90601f8019910116810190811067ffffffffffffffff8211176112d057604052565b90600182811c92168015611350575b602083101461133c57565b634e487b7160e01b5f52602260045260245ffd5b91607f1691611331565b9060405191825f82549261136d84611322565b80845293600181169081156113d85750600114611394575b5061139292500383611300565b565b90505f9291925260205f20905f915b8183106113bc575050906020611392928201015f611385565b60209193508060019154838589010152019101909184926113a3565b90506020925061139294915060ff191682840152151560051b8201015f611385565b91908203918211610c0357565b67ffffffffffffffff81116112d05760051b60200190565b91908201809211610c0357565b8115611436570690565b634e487b7160e01b5f52601260045260245ffd5b6003811015610bef5760051b60840190565b6003811015610bef5760051b60240190565b906003811015610bef5760051b0190565b63ffffffff60019116019063ffffffff8211610c0357565b93906114a484869461185b565b9463ffffffff8616156115fa575063ffffffff8581165f90815260086020908152604082206001810154905490979294911c9092169160b01b65ffffffffffff60b01b16905b600384106115385750506114ff9150856119f2565b600154600363ffffffff8260401c160163ffffffff8111610c035763ffffffff60401b9060401b169063ffffffff60401b191617600155565b909161156e63ffffffff604051602081019085825287604082015260408152611562606082611300565b5190209216809261142c565b938115610c035763ffffffff61158e6001935f190196828816908c611932565b165f908152600660205260409020805467ffffffffffff00ff60a01b191660a184901b65ffffffffffff60b01b19161785179081905560a083901b83900316806115d8838a61146e565b525f5160206124335f395f51905f52602060405160028152a2019291906114ea565b5f9550859450925050565b63ffffffff1663ffffffff8114610c035760010190565b356001600160a01b03811681036101045790565b611639336116f1565b805460a01c60ff169291600684101580610452576002851480156116e5575b6116a7576104525760048414611690576001611392939403611f605761168b8163ffffffff600185015460a01c16611809565b611f60565b630ad25cdb60e11b5f52336004526104c784611251565b5050805460ff60a01b198116600160a21b17909155604051600481529192506001600160a01b0316905f5160206124335f395f51905f5290602090a2565b50505f60038514611658565b60018060a01b0316805f52600760205263ffffffff60405f20541691825f52600660205260405f209160ff835460a01c16600681101561045257156117335750565b630ad25cdb60e11b5f526004525f60245260445ffd5b61178e6113929263ffffffff83165f52600860205263ffffffff8060405f205460201c1691165f5260066020526117888160405f205460e01c85611932565b5061147f565b906119f2565b60ff82116117b35781156117aa575b811c901b90565b600191506117a3565b50505f90565b905f916080805b6117c8575050565b81811c806117db575b5060011c806117c0565b81949250906117ea919261141f565b925f6117d1565b63ffffffff5f199116019063ffffffff8211610c0357565b906113929163ffffffff81165f52600860205263ffffffff6118338160405f205460201c166117f1565b92165f52600660205261185560405f205460e01c63ffffffff84169083611932565b506119f2565b61186a90929192600454611794565b90811561192b575f82805b61190b5750611884908461142c565b915b82156118a3575f19810190808211610c035716915f190191611886565b90929150801960018101809111610c03576118be91166117b9565b5f5260056020526118f460405f209163ffffffff6118ea845f805260205263ffffffff60405f20541690565b169060801c61142c565b60010180600111610c03576119089161201d565b90565b5f19810190808211610c035716905f198114610c03576001019080611875565b9150505f90565b63ffffffff165f908152600a60205260409020929190611952818561201d565b938282146119ed57916119bc63ffffffff8093818661198a8a87611979816113929c61201d565b93611985858883612050565b612050565b165f90815260066020526040902080546001600160e01b03169290911660e01b6001600160e01b031916919091179055565b8482165f90815260066020526040902080546001600160e01b03169190921660e01b6001600160e01b031916179055565b505050565b63ffffffff81165f52600860205260405f20906001549263ffffffff835460201c1663ffffffff8560201c160363ffffffff8111610c035763ffffffff8083169116019363ffffffff8511610c035767ffffffff000000006113929560201b169067ffffffff0000000019161760015567ffffffff0000000083549160201b169067ffffffff000000001916178255612097565b903590601e1981360301821215610104570180359067ffffffffffffffff82116101045760200191813603831361010457565b3561ffff811681036101045790565b908060209392818452848401375f828201840152601f01601f1916010190565b90611b0561ffff9161190897959694606085526060850191611ac8565b941660208201526040818503910152611ac8565b90611b248280611a86565b92906020820190611b3482611ab9565b611b696040850196611b5b611b498988611a86565b90604051958694602086019889611ae8565b03601f198101835282611300565b51902091825f52600960205263ffffffff60405f20541680611ed8575060015494611b9c63ffffffff8760601c16611605565b9563ffffffff60601b8760601b169063ffffffff60601b19161760015563ffffffff86855f52600960205260405f208282168319825416179055165f52600860205260405f20846001820155611bf184611ab9565b815461ffff60601b191660609190911b61ffff60601b16178155611c158380611a86565b600283019167ffffffffffffffff82116112d0578190611c358454611322565b601f8111611e7f575b505f90601f8311600114611e18575f92611e0d575b50508160011b915f199060031b1c19161790555b6003611c738385611a86565b919092019167ffffffffffffffff82116112d057611c918354611322565b601f8111611dbc575b505f90601f8311600114611d2a5793611d1a9383611d079794611d0d947f479204637f90d3e9fc63baa89221a2744c1559efc3246bd84d882e64810bbb839a985f92611d1f575b50508160011b915f199060031b1c19161790555b611cff8380611a86565b969095611ab9565b92611a86565b9160405195869586611ae8565b0390a2565b013590505f80611ce1565b601f19831691845f5260205f20925f5b818110611da4575084611d0d947f479204637f90d3e9fc63baa89221a2744c1559efc3246bd84d882e64810bbb839a9894611d1a9894611d079b9860019510611d8b575b505050811b019055611cf5565b01355f19600384901b60f8161c191690555f8080611d7e565b91936020600181928787013581550195019201611d3a565b82811115611c9a57835f5260205f20601f840160051c9060208510611e05575b81601f9101920160051c03905f5b828110611df8575050611c9a565b5f82820155600101611dea565b5f9150611ddc565b013590505f80611c53565b909150601f19831691845f5260205f20925f5b818110611e675750908460019594939210611e4e575b505050811b019055611c67565b01355f19600384901b60f8161c191690555f8080611e41565b91936020600181928787013581550195019201611e2b565b82811115611c3e57909150835f5260205f20601f840160051c9060208510611ed0575b849392601f0160051c82900391015f5b828110611ec0575050611c3e565b5f81830155859450600101611eb2565b5f9150611ea2565b9450505050565b916040519163a9059cbb60e01b5f5260018060a01b031660045260245260205f60448180865af19060015f5114821615611f3f575b60405215611f1f5750565b635274afe760e01b5f9081526001600160a01b0391909116600452602490fd5b906001811516611f5757823b15153d15161690611f14565b503d5f823e3d90fd5b5f611392926002810190611f9082549463ffffffff600184015460018060a01b0381169687965560a01c166123a5565b805460ff60a01b1981169091556040515f81526001600160a01b039091169081905f5160206124335f395f51905f5290602090a27f39cbe60485c582d503d988af49140a7ef4f976edea462d0a72f26f1b0cc695066020604051868152a37f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316611edf565b8160031c5f5260205260405f205460e0600783169260051b169180830460201490151715610c035763ffffffff911c1690565b9091600783169260e08160051b169380850460201490151715610c035760031c5f9081526020929092526040909120805463ffffffff80851b19909116921690921b179055565b8154600363ffffffff8260201c1610159081612288575b63ffffffff9060401c161515811515146119ed576121d5575063ffffffff6120d582612414565b81835460401c16905f91815f52600560205260405f20612103815f805260205263ffffffff60405f20541690565b858116928381036121a9575b5060019291612120612145926117f1565b63ffffffff905f805282602052811960405f205416925f8052602052161760405f2055565b14612197575b501680612164575b50805463ffffffff60401b19169055565b81545f91825260086020526040909120805463ffffffff60401b191663ffffffff60401b9092169190911790555f612153565b6001901b19600454166004555f61214b565b945081612120612145926121cb6121c3876001989761201d565b809985612050565b925050919261210f565b816121e261139293612414565b805f526005602052600160405f209361224e61221461220f875f805260205263ffffffff60405f20541690565b61147f565b809661222863ffffffff8316948583612050565b9063ffffffff905f805282602052811960405f205416925f8052602052161760405f2055565b14612275575b509063ffffffff60401b82549160401b169063ffffffff60401b1916179055565b600180911b60045417176004555f612254565b63ffffffff7f00000000000000000000000000000000000000000000000000000000000000008116908216101591506120ae565b9063ffffffff918281165f52600860205260405f209183835416847f000000000000000000000000000000000000000000000000000000000000000016908186841610159586931663ffffffff19865416178555101503612322575b6113929250612097565b61232b82612414565b921561238157825f52600360205260405f205460018101809111610c0357611392936001915b815f5260036020528060405f2055155f14612374571b1960025416600255612318565b1b60025417600255612318565b825f52600360205260405f20545f198101908111610c035761139293600191612351565b906113929163ffffffff81165f52600860205263ffffffff6123cc8160405f2054166117f1565b92165f5260066020526123ee60405f205460e01c63ffffffff84169083611932565b5060015463ffffffff6124028183166117f1565b169063ffffffff1916176001556122bc565b5460601c61ffff1660ff81111561242b575060ff90565b61ffff169056fee35288575ab494303cff1e4fc261402854f4e1821716f9cac17e7fe2237bc92f",
}

// Node is an auto generated Go binding around an Ethereum contract.
type Node struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Node) GetABI() abi.ABI {
	return c.abi
}

// NewNode creates a new instance of Node.
func NewNode() *Node {
	parsed, err := NodeMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Node{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Node) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address token_, (uint256,uint256,uint32,uint32,uint32,uint32,uint32,uint32,(uint32,uint32),(uint32,uint32)) params) returns()
func (node *Node) PackConstructor(token_ common.Address, params Params) []byte {
	enc, err := node.abi.Pack("", token_, params)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackClassAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x951a3d49.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classAt(uint32 class) view returns(bytes32)
func (node *Node) PackClassAt(class uint32) []byte {
	enc, err := node.abi.Pack("classAt", class)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClassAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x951a3d49.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classAt(uint32 class) view returns(bytes32)
func (node *Node) TryPackClassAt(class uint32) ([]byte, error) {
	return node.abi.Pack("classAt", class)
}

// UnpackClassAt is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x951a3d49.
//
// Solidity: function classAt(uint32 class) view returns(bytes32)
func (node *Node) UnpackClassAt(data []byte) ([32]byte, error) {
	out, err := node.abi.Unpack("classAt", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackClassInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6ff4f5a3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classInfo(bytes32 classId) view returns((string,uint16,string,uint32,uint32))
func (node *Node) PackClassInfo(classId [32]byte) []byte {
	enc, err := node.abi.Pack("classInfo", classId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClassInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6ff4f5a3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classInfo(bytes32 classId) view returns((string,uint16,string,uint32,uint32))
func (node *Node) TryPackClassInfo(classId [32]byte) ([]byte, error) {
	return node.abi.Pack("classInfo", classId)
}

// UnpackClassInfo is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6ff4f5a3.
//
// Solidity: function classInfo(bytes32 classId) view returns((string,uint16,string,uint32,uint32))
func (node *Node) UnpackClassInfo(data []byte) (ClassInfo, error) {
	out, err := node.abi.Unpack("classInfo", data)
	if err != nil {
		return *new(ClassInfo), err
	}
	out0 := *abi.ConvertType(out[0], new(ClassInfo)).(*ClassInfo)
	return out0, nil
}

// PackClasses is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c459af8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classes(uint256 offset, uint256 length) view returns(bytes32[] ids)
func (node *Node) PackClasses(offset *big.Int, length *big.Int) []byte {
	enc, err := node.abi.Pack("classes", offset, length)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClasses is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c459af8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classes(uint256 offset, uint256 length) view returns(bytes32[] ids)
func (node *Node) TryPackClasses(offset *big.Int, length *big.Int) ([]byte, error) {
	return node.abi.Pack("classes", offset, length)
}

// UnpackClasses is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9c459af8.
//
// Solidity: function classes(uint256 offset, uint256 length) view returns(bytes32[] ids)
func (node *Node) UnpackClasses(data []byte) ([][32]byte, error) {
	out, err := node.abi.Unpack("classes", data)
	if err != nil {
		return *new([][32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][32]byte)).(*[][32]byte)
	return out0, nil
}

// PackCouldRun is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52da9257.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function couldRun(uint256 minVramGB) view returns(bool)
func (node *Node) PackCouldRun(minVramGB *big.Int) []byte {
	enc, err := node.abi.Pack("couldRun", minVramGB)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCouldRun is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52da9257.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function couldRun(uint256 minVramGB) view returns(bool)
func (node *Node) TryPackCouldRun(minVramGB *big.Int) ([]byte, error) {
	return node.abi.Pack("couldRun", minVramGB)
}

// UnpackCouldRun is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x52da9257.
//
// Solidity: function couldRun(uint256 minVramGB) view returns(bool)
func (node *Node) UnpackCouldRun(data []byte) (bool, error) {
	out, err := node.abi.Unpack("couldRun", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function counts() view returns(uint256 joined, uint256 available, uint256 busy)
func (node *Node) PackCounts() []byte {
	enc, err := node.abi.Pack("counts")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function counts() view returns(uint256 joined, uint256 available, uint256 busy)
func (node *Node) TryPackCounts() ([]byte, error) {
	return node.abi.Pack("counts")
}

// NodeCountsOutput serves as a container for the return parameters of contract
// method Counts.
type NodeCountsOutput struct {
	Joined    *big.Int
	Available *big.Int
	Busy      *big.Int
}

// UnpackCounts is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x817cc1ea.
//
// Solidity: function counts() view returns(uint256 joined, uint256 available, uint256 busy)
func (node *Node) UnpackCounts(data []byte) (NodeCountsOutput, error) {
	out, err := node.abi.Unpack("counts", data)
	outstruct := new(NodeCountsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Joined = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Available = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Busy = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackDraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc7a679d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function draw(uint256 taskId, uint256 minVramGB, uint256 seed) returns(uint32 class, bytes32 classId, address[3] nodes)
func (node *Node) PackDraw(taskId *big.Int, minVramGB *big.Int, seed *big.Int) []byte {
	enc, err := node.abi.Pack("draw", taskId, minVramGB, seed)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc7a679d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function draw(uint256 taskId, uint256 minVramGB, uint256 seed) returns(uint32 class, bytes32 classId, address[3] nodes)
func (node *Node) TryPackDraw(taskId *big.Int, minVramGB *big.Int, seed *big.Int) ([]byte, error) {
	return node.abi.Pack("draw", taskId, minVramGB, seed)
}

// NodeDrawOutput serves as a container for the return parameters of contract
// method Draw.
type NodeDrawOutput struct {
	Class   uint32
	ClassId [32]byte
	Nodes   [3]common.Address
}

// UnpackDraw is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbc7a679d.
//
// Solidity: function draw(uint256 taskId, uint256 minVramGB, uint256 seed) returns(uint32 class, bytes32 classId, address[3] nodes)
func (node *Node) UnpackDraw(data []byte) (NodeDrawOutput, error) {
	out, err := node.abi.Unpack("draw", data)
	outstruct := new(NodeDrawOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Class = *abi.ConvertType(out[0], new(uint32)).(*uint32)
	outstruct.ClassId = *abi.ConvertType(out[1], new([32]byte)).(*[32]byte)
	outstruct.Nodes = *abi.ConvertType(out[2], new([3]common.Address)).(*[3]common.Address)
	return *outstruct, nil
}

// PackJoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd79b37b4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function join((string,uint16,string,bytes32,bytes32,address) request) returns()
func (node *Node) PackJoin(request JoinRequest) []byte {
	enc, err := node.abi.Pack("join", request)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd79b37b4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function join((string,uint16,string,bytes32,bytes32,address) request) returns()
func (node *Node) TryPackJoin(request JoinRequest) ([]byte, error) {
	return node.abi.Pack("join", request)
}

// PackJoinedNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x493dc7fa.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function joinedNodes() view returns(uint256)
func (node *Node) PackJoinedNodes() []byte {
	enc, err := node.abi.Pack("joinedNodes")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJoinedNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x493dc7fa.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function joinedNodes() view returns(uint256)
func (node *Node) TryPackJoinedNodes() ([]byte, error) {
	return node.abi.Pack("joinedNodes")
}

// UnpackJoinedNodes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x493dc7fa.
//
// Solidity: function joinedNodes() view returns(uint256)
func (node *Node) UnpackJoinedNodes(data []byte) (*big.Int, error) {
	out, err := node.abi.Unpack("joinedNodes", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackLargestFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6182997b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function largestFree() view returns(uint256)
func (node *Node) PackLargestFree() []byte {
	enc, err := node.abi.Pack("largestFree")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLargestFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6182997b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function largestFree() view returns(uint256)
func (node *Node) TryPackLargestFree() ([]byte, error) {
	return node.abi.Pack("largestFree")
}

// UnpackLargestFree is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6182997b.
//
// Solidity: function largestFree() view returns(uint256)
func (node *Node) UnpackLargestFree(data []byte) (*big.Int, error) {
	out, err := node.abi.Unpack("largestFree", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackMinClassNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa7b8b01d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function minClassNodes() view returns(uint32)
func (node *Node) PackMinClassNodes() []byte {
	enc, err := node.abi.Pack("minClassNodes")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMinClassNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa7b8b01d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function minClassNodes() view returns(uint32)
func (node *Node) TryPackMinClassNodes() ([]byte, error) {
	return node.abi.Pack("minClassNodes")
}

// UnpackMinClassNodes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa7b8b01d.
//
// Solidity: function minClassNodes() view returns(uint32)
func (node *Node) UnpackMinClassNodes(data []byte) (uint32, error) {
	out, err := node.abi.Unpack("minClassNodes", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackNodeInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23c2e2bc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nodeInfo(address account) view returns((uint8,bytes32,bytes32,address,uint256,uint256,uint8))
func (node *Node) PackNodeInfo(account common.Address) []byte {
	enc, err := node.abi.Pack("nodeInfo", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNodeInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23c2e2bc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nodeInfo(address account) view returns((uint8,bytes32,bytes32,address,uint256,uint256,uint8))
func (node *Node) TryPackNodeInfo(account common.Address) ([]byte, error) {
	return node.abi.Pack("nodeInfo", account)
}

// UnpackNodeInfo is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23c2e2bc.
//
// Solidity: function nodeInfo(address account) view returns((uint8,bytes32,bytes32,address,uint256,uint256,uint8))
func (node *Node) UnpackNodeInfo(data []byte) (NodeInfo, error) {
	out, err := node.abi.Unpack("nodeInfo", data)
	if err != nil {
		return *new(NodeInfo), err
	}
	out0 := *abi.ConvertType(out[0], new(NodeInfo)).(*NodeInfo)
	return out0, nil
}

// PackPause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8456cb59.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pause() returns()
func (node *Node) PackPause() []byte {
	enc, err := node.abi.Pack("pause")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8456cb59.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pause() returns()
func (node *Node) TryPackPause() ([]byte, error) {
	return node.abi.Pack("pause")
}

// PackQuit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc2b8cc3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function quit() returns()
func (node *Node) PackQuit() []byte {
	enc, err := node.abi.Pack("quit")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQuit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc2b8cc3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function quit() returns()
func (node *Node) TryPackQuit() ([]byte, error) {
	return node.abi.Pack("quit")
}

// PackResume is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x046f7da2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function resume() returns()
func (node *Node) PackResume() []byte {
	enc, err := node.abi.Pack("resume")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackResume is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x046f7da2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function resume() returns()
func (node *Node) TryPackResume() ([]byte, error) {
	return node.abi.Pack("resume")
}

// PackSetTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8c57c521.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setTaskContract(address contract_) returns()
func (node *Node) PackSetTaskContract(contract common.Address) []byte {
	enc, err := node.abi.Pack("setTaskContract", contract)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8c57c521.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setTaskContract(address contract_) returns()
func (node *Node) TryPackSetTaskContract(contract common.Address) ([]byte, error) {
	return node.abi.Pack("setTaskContract", contract)
}

// PackSettle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe2b6a210.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function settle(uint256 taskId, address[3] nodes, uint8[3] endings, uint8[3] scores) returns(address[3] payouts, uint256[3] slashed)
func (node *Node) PackSettle(taskId *big.Int, nodes [3]common.Address, endings [3]uint8, scores [3]uint8) []byte {
	enc, err := node.abi.Pack("settle", taskId, nodes, endings, scores)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSettle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe2b6a210.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function settle(uint256 taskId, address[3] nodes, uint8[3] endings, uint8[3] scores) returns(address[3] payouts, uint256[3] slashed)
func (node *Node) TryPackSettle(taskId *big.Int, nodes [3]common.Address, endings [3]uint8, scores [3]uint8) ([]byte, error) {
	return node.abi.Pack("settle", taskId, nodes, endings, scores)
}

// NodeSettleOutput serves as a container for the return parameters of contract
// method Settle.
type NodeSettleOutput struct {
	Payouts [3]common.Address
	Slashed [3]*big.Int
}

// UnpackSettle is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe2b6a210.
//
// Solidity: function settle(uint256 taskId, address[3] nodes, uint8[3] endings, uint8[3] scores) returns(address[3] payouts, uint256[3] slashed)
func (node *Node) UnpackSettle(data []byte) (NodeSettleOutput, error) {
	out, err := node.abi.Unpack("settle", data)
	outstruct := new(NodeSettleOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Payouts = *abi.ConvertType(out[0], new([3]common.Address)).(*[3]common.Address)
	outstruct.Slashed = *abi.ConvertType(out[1], new([3]*big.Int)).(*[3]*big.Int)
	return *outstruct, nil
}

// PackStakeAmount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x60c7dc47.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stakeAmount() view returns(uint256)
func (node *Node) PackStakeAmount() []byte {
	enc, err := node.abi.Pack("stakeAmount")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStakeAmount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x60c7dc47.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stakeAmount() view returns(uint256)
func (node *Node) TryPackStakeAmount() ([]byte, error) {
	return node.abi.Pack("stakeAmount")
}

// UnpackStakeAmount is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x60c7dc47.
//
// Solidity: function stakeAmount() view returns(uint256)
func (node *Node) UnpackStakeAmount(data []byte) (*big.Int, error) {
	out, err := node.abi.Unpack("stakeAmount", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3b70aebc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function taskContract() view returns(address)
func (node *Node) PackTaskContract() []byte {
	enc, err := node.abi.Pack("taskContract")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3b70aebc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function taskContract() view returns(address)
func (node *Node) TryPackTaskContract() ([]byte, error) {
	return node.abi.Pack("taskContract")
}

// UnpackTaskContract is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3b70aebc.
//
// Solidity: function taskContract() view returns(address)
func (node *Node) UnpackTaskContract(data []byte) (common.Address, error) {
	out, err := node.abi.Unpack("taskContract", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token() view returns(address)
func (node *Node) PackToken() []byte {
	enc, err := node.abi.Pack("token")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token() view returns(address)
func (node *Node) TryPackToken() ([]byte, error) {
	return node.abi.Pack("token")
}

// UnpackToken is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfc0c546a.
//
// Solidity: function token() view returns(address)
func (node *Node) UnpackToken(data []byte) (common.Address, error) {
	out, err := node.abi.Unpack("token", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// NodeClassAdded represents a ClassAdded event raised by the Node contract.
type NodeClassAdded struct {
	ClassId [32]byte
	Card    string
	VramGB  uint16
	Runtime string
	Raw     *types.Log // Blockchain specific contextual infos
}

const NodeClassAddedEventName = "ClassAdded"

// ContractEventName returns the user-defined event name.
func (NodeClassAdded) ContractEventName() string {
	return NodeClassAddedEventName
}

// UnpackClassAddedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ClassAdded(bytes32 indexed classId, string card, uint16 vramGB, string runtime)
func (node *Node) UnpackClassAddedEvent(log *types.Log) (*NodeClassAdded, error) {
	event := "ClassAdded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeClassAdded)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeJoined represents a NodeJoined event raised by the Node contract.
type NodeNodeJoined struct {
	Node    common.Address
	ClassId [32]byte
	SealKey [32]byte
	Payout  common.Address
	Stake   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const NodeNodeJoinedEventName = "NodeJoined"

// ContractEventName returns the user-defined event name.
func (NodeNodeJoined) ContractEventName() string {
	return NodeNodeJoinedEventName
}

// UnpackNodeJoinedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeJoined(address indexed node, bytes32 indexed classId, bytes32 sealKey, address payout, uint256 stake)
func (node *Node) UnpackNodeJoinedEvent(log *types.Log) (*NodeNodeJoined, error) {
	event := "NodeJoined"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeJoined)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeKickedOut represents a NodeKickedOut event raised by the Node contract.
type NodeNodeKickedOut struct {
	Node common.Address
	Raw  *types.Log // Blockchain specific contextual infos
}

const NodeNodeKickedOutEventName = "NodeKickedOut"

// ContractEventName returns the user-defined event name.
func (NodeNodeKickedOut) ContractEventName() string {
	return NodeNodeKickedOutEventName
}

// UnpackNodeKickedOutEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeKickedOut(address indexed node)
func (node *Node) UnpackNodeKickedOutEvent(log *types.Log) (*NodeNodeKickedOut, error) {
	event := "NodeKickedOut"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeKickedOut)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeSlashed represents a NodeSlashed event raised by the Node contract.
type NodeNodeSlashed struct {
	Node   common.Address
	TaskId *big.Int
	Stake  *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const NodeNodeSlashedEventName = "NodeSlashed"

// ContractEventName returns the user-defined event name.
func (NodeNodeSlashed) ContractEventName() string {
	return NodeNodeSlashedEventName
}

// UnpackNodeSlashedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeSlashed(address indexed node, uint256 indexed taskId, uint256 stake)
func (node *Node) UnpackNodeSlashedEvent(log *types.Log) (*NodeNodeSlashed, error) {
	event := "NodeSlashed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeSlashed)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeStatusChanged represents a NodeStatusChanged event raised by the Node contract.
type NodeNodeStatusChanged struct {
	Node   common.Address
	Status uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const NodeNodeStatusChangedEventName = "NodeStatusChanged"

// ContractEventName returns the user-defined event name.
func (NodeNodeStatusChanged) ContractEventName() string {
	return NodeNodeStatusChangedEventName
}

// UnpackNodeStatusChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeStatusChanged(address indexed node, uint8 status)
func (node *Node) UnpackNodeStatusChangedEvent(log *types.Log) (*NodeNodeStatusChanged, error) {
	event := "NodeStatusChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeStatusChanged)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeStakeReturned represents a StakeReturned event raised by the Node contract.
type NodeStakeReturned struct {
	Node   common.Address
	To     common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const NodeStakeReturnedEventName = "StakeReturned"

// ContractEventName returns the user-defined event name.
func (NodeStakeReturned) ContractEventName() string {
	return NodeStakeReturnedEventName
}

// UnpackStakeReturnedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event StakeReturned(address indexed node, address indexed to, uint256 amount)
func (node *Node) UnpackStakeReturnedEvent(log *types.Log) (*NodeStakeReturned, error) {
	event := "StakeReturned"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeStakeReturned)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (node *Node) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], node.abi.Errors["AlreadyJoined"].ID.Bytes()[:4]) {
		return node.UnpackAlreadyJoinedError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["IllegalStatus"].ID.Bytes()[:4]) {
		return node.UnpackIllegalStatusError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidClass"].ID.Bytes()[:4]) {
		return node.UnpackInvalidClassError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidParams"].ID.Bytes()[:4]) {
		return node.UnpackInvalidParamsError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidPayout"].ID.Bytes()[:4]) {
		return node.UnpackInvalidPayoutError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidSealKey"].ID.Bytes()[:4]) {
		return node.UnpackInvalidSealKeyError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["OnlyDeployer"].ID.Bytes()[:4]) {
		return node.UnpackOnlyDeployerError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["OnlyTaskContract"].ID.Bytes()[:4]) {
		return node.UnpackOnlyTaskContractError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return node.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["TaskContractAlreadySet"].ID.Bytes()[:4]) {
		return node.UnpackTaskContractAlreadySetError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// NodeAlreadyJoined represents a AlreadyJoined error raised by the Node contract.
type NodeAlreadyJoined struct {
	Node common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyJoined(address node)
func NodeAlreadyJoinedErrorID() common.Hash {
	return common.HexToHash("0xf94ff9e22ff6d307f669a05eeeec6954f156c0a1c9834c27e904d4cbfaee1f5f")
}

// UnpackAlreadyJoinedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyJoined(address node)
func (node *Node) UnpackAlreadyJoinedError(raw []byte) (*NodeAlreadyJoined, error) {
	out := new(NodeAlreadyJoined)
	if err := node.abi.UnpackIntoInterface(out, "AlreadyJoined", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeIllegalStatus represents a IllegalStatus error raised by the Node contract.
type NodeIllegalStatus struct {
	Node   common.Address
	Status uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error IllegalStatus(address node, uint8 status)
func NodeIllegalStatusErrorID() common.Hash {
	return common.HexToHash("0x15a4b9b6b44dd3f1de9f79810de6607ed8bd1f22f4908285c36282bf15bcf34a")
}

// UnpackIllegalStatusError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error IllegalStatus(address node, uint8 status)
func (node *Node) UnpackIllegalStatusError(raw []byte) (*NodeIllegalStatus, error) {
	out := new(NodeIllegalStatus)
	if err := node.abi.UnpackIntoInterface(out, "IllegalStatus", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidClass represents a InvalidClass error raised by the Node contract.
type NodeInvalidClass struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidClass(string field)
func NodeInvalidClassErrorID() common.Hash {
	return common.HexToHash("0x8323c3c4af8ad8d1265bc7995d8c87ffb3b68b533da113e23e82db9777b89652")
}

// UnpackInvalidClassError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidClass(string field)
func (node *Node) UnpackInvalidClassError(raw []byte) (*NodeInvalidClass, error) {
	out := new(NodeInvalidClass)
	if err := node.abi.UnpackIntoInterface(out, "InvalidClass", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidParams represents a InvalidParams error raised by the Node contract.
type NodeInvalidParams struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidParams(string field)
func NodeInvalidParamsErrorID() common.Hash {
	return common.HexToHash("0xa8c278dd678025fcd1ba899b5c9701b4f3cde35c26cff3abbdc63ff5ceeeb107")
}

// UnpackInvalidParamsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidParams(string field)
func (node *Node) UnpackInvalidParamsError(raw []byte) (*NodeInvalidParams, error) {
	out := new(NodeInvalidParams)
	if err := node.abi.UnpackIntoInterface(out, "InvalidParams", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidPayout represents a InvalidPayout error raised by the Node contract.
type NodeInvalidPayout struct {
	Payout common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidPayout(address payout)
func NodeInvalidPayoutErrorID() common.Hash {
	return common.HexToHash("0x5360a43bca02546148ef2b3543bf953087f5738bb778e29610f477bbc6c1f4c6")
}

// UnpackInvalidPayoutError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidPayout(address payout)
func (node *Node) UnpackInvalidPayoutError(raw []byte) (*NodeInvalidPayout, error) {
	out := new(NodeInvalidPayout)
	if err := node.abi.UnpackIntoInterface(out, "InvalidPayout", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidSealKey represents a InvalidSealKey error raised by the Node contract.
type NodeInvalidSealKey struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidSealKey()
func NodeInvalidSealKeyErrorID() common.Hash {
	return common.HexToHash("0xebac93775c0ed335a61fd5df380bc5328770bab4abfb94de73ea5c6b54cb3355")
}

// UnpackInvalidSealKeyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidSealKey()
func (node *Node) UnpackInvalidSealKeyError(raw []byte) (*NodeInvalidSealKey, error) {
	out := new(NodeInvalidSealKey)
	if err := node.abi.UnpackIntoInterface(out, "InvalidSealKey", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeOnlyDeployer represents a OnlyDeployer error raised by the Node contract.
type NodeOnlyDeployer struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyDeployer(address caller)
func NodeOnlyDeployerErrorID() common.Hash {
	return common.HexToHash("0xe00063570d0f1545131fdfb5ae1c98784abce871045c02560d44147bd7f95f1d")
}

// UnpackOnlyDeployerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyDeployer(address caller)
func (node *Node) UnpackOnlyDeployerError(raw []byte) (*NodeOnlyDeployer, error) {
	out := new(NodeOnlyDeployer)
	if err := node.abi.UnpackIntoInterface(out, "OnlyDeployer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeOnlyTaskContract represents a OnlyTaskContract error raised by the Node contract.
type NodeOnlyTaskContract struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyTaskContract(address caller)
func NodeOnlyTaskContractErrorID() common.Hash {
	return common.HexToHash("0xa0e7914dc8f8514d035db0fecd5063eda723854d8d76172064a1d19f69674934")
}

// UnpackOnlyTaskContractError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyTaskContract(address caller)
func (node *Node) UnpackOnlyTaskContractError(raw []byte) (*NodeOnlyTaskContract, error) {
	out := new(NodeOnlyTaskContract)
	if err := node.abi.UnpackIntoInterface(out, "OnlyTaskContract", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Node contract.
type NodeSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func NodeSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (node *Node) UnpackSafeERC20FailedOperationError(raw []byte) (*NodeSafeERC20FailedOperation, error) {
	out := new(NodeSafeERC20FailedOperation)
	if err := node.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeTaskContractAlreadySet represents a TaskContractAlreadySet error raised by the Node contract.
type NodeTaskContractAlreadySet struct {
	Task common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TaskContractAlreadySet(address task)
func NodeTaskContractAlreadySetErrorID() common.Hash {
	return common.HexToHash("0x260e98d3b8c3183004f4c5de9163821f6cd179ef2b5693669dc5ae20f3492976")
}

// UnpackTaskContractAlreadySetError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TaskContractAlreadySet(address task)
func (node *Node) UnpackTaskContractAlreadySetError(raw []byte) (*NodeTaskContractAlreadySet, error) {
	out := new(NodeTaskContractAlreadySet)
	if err := node.abi.UnpackIntoInterface(out, "TaskContractAlreadySet", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskMetaData contains all meta data concerning the Task contract.
var TaskMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIToken\",\"name\":\"token_\",\"type\":\"address\"},{\"internalType\":\"contractINodeLedger\",\"name\":\"nodes_\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minFee\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"minClassNodes\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"commitSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"revealSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"openSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queueSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queuePer100Nodes\",\"type\":\"uint32\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"stableDiffusion\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"gpt\",\"type\":\"tuple\"}],\"internalType\":\"structParams\",\"name\":\"params\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"AlreadyCommitted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"AlreadyRevealed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"CloseTooEarly\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"commitBy\",\"type\":\"uint64\"}],\"name\":\"CommitTooLate\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"DispatchTooEarly\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minimum\",\"type\":\"uint256\"}],\"name\":\"FeeTooLow\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"InvalidCommitment\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"InvalidParams\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"InvalidResult\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"InvalidSeat\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidUnits\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"}],\"name\":\"NoClassFits\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"NoFreeNodes\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"NotCommitted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotCreator\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"older\",\"type\":\"uint256\"}],\"name\":\"NotNext\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"NotStored\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"OnlyPlainAccount\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"OwnableInvalidOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"OwnableUnauthorizedAccount\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"capacity\",\"type\":\"uint256\"}],\"name\":\"QueueFull\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"RevealTooEarly\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"}],\"name\":\"TaskTypeNotServed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"WrongOpening\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"recovered\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"expected\",\"type\":\"address\"}],\"name\":\"WrongSigner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"enumTaskStatus\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"WrongStatus\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"revealBy\",\"type\":\"uint64\"}],\"name\":\"CommitmentsComplete\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"commitment\",\"type\":\"bytes32\"}],\"name\":\"Committed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"CreatorRefunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"NodeDeviated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"score\",\"type\":\"uint8\"}],\"name\":\"NodePaid\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"score\",\"type\":\"uint8\"}],\"name\":\"NodeReleased\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferred\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relay\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"registered\",\"type\":\"bool\"}],\"name\":\"RelaySet\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"result\",\"type\":\"bytes\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"ciphertextHash\",\"type\":\"bytes32\"}],\"name\":\"Revealed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"argsHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"modelKey\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"units\",\"type\":\"uint32\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"images\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"TaskCreated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"taskKey\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"commitBy\",\"type\":\"uint64\"}],\"name\":\"TaskDrawn\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"enumOutcome\",\"name\":\"outcome\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"result\",\"type\":\"bytes\"}],\"name\":\"TaskEnded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"TaskQueued\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"cancel\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"close\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"commitment\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"commit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"counts\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"created\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"running\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"settled\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"aborted\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"argsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"modelKey\",\"type\":\"bytes32\"},{\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"units\",\"type\":\"uint32\"},{\"internalType\":\"uint16\",\"name\":\"images\",\"type\":\"uint16\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"internalType\":\"structTaskRequest\",\"name\":\"request\",\"type\":\"tuple\"}],\"name\":\"createTask\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"dispatch\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"earned\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"isRelay\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minFee\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"nodes\",\"outputs\":[{\"internalType\":\"contractINodeLedger\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pool\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"}],\"name\":\"pricing\",\"outputs\":[{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"offset\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"queue\",\"outputs\":[{\"internalType\":\"uint256[]\",\"name\":\"\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"queueCapacity\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"queueLength\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"queuePosition\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"renounceOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"commitmentsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"order\",\"type\":\"uint8\"},{\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"bytes\",\"name\":\"result\",\"type\":\"bytes\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"ciphertextHash\",\"type\":\"bytes32\"}],\"internalType\":\"structReveal\",\"name\":\"opening\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"storageSignature\",\"type\":\"bytes\"}],\"name\":\"reveal\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"relay\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"registered\",\"type\":\"bool\"}],\"name\":\"setRelay\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"task\",\"outputs\":[{\"components\":[{\"internalType\":\"enumTaskStatus\",\"name\":\"status\",\"type\":\"uint8\"},{\"internalType\":\"enumOutcome\",\"name\":\"outcome\",\"type\":\"uint8\"},{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"},{\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"argsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"taskKey\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"units\",\"type\":\"uint32\"},{\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"},{\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"},{\"internalType\":\"bytes32[3]\",\"name\":\"commitments\",\"type\":\"bytes32[3]\"},{\"internalType\":\"bool[3]\",\"name\":\"revealed\",\"type\":\"bool[3]\"},{\"components\":[{\"internalType\":\"uint64\",\"name\":\"commitBy\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"revealBy\",\"type\":\"uint64\"}],\"internalType\":\"structDeadlines\",\"name\":\"deadlines\",\"type\":\"tuple\"}],\"internalType\":\"structTaskInfo\",\"name\":\"info\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token\",\"outputs\":[{\"internalType\":\"contractIToken\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"transferOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "509fd4c4d32bae683a348d955197600c92",
	Bin: "0x6102e080604052346105eb5761621f803803809161001d82856105ef565b833981018181036101c081126105eb578251916001600160a01b03831683036105eb576020840151916001600160a01b03831683036105eb5761018090603f1901126105eb57604051610140810194906001600160401b038611818710176105d7576040958652858201518152606082015191602082019283526100a360808201610612565b878301526100b360a08201610612565b94606083019586526100c760c08301610612565b608084019081526100da60e08401610612565b9360a081019485526100ef6101008501610612565b9860c08201998a52610120610130610108828801610612565b9960e085019a8b52610180610121826101408b01610623565b986101008701998a5201610623565b92019182528a51976101428c8a6105ef565b6006895260208901996548656c69756d60d01b8b526101638d519d8e6105ef565b60018d5260208d019b603160f81b8d528951156105a85763ffffffff825116156105725763ffffffff8651161561053c5763ffffffff895116156105085763ffffffff815116156104d35763ffffffff6020865101511680159081156104c7575b5061049b5763ffffffff60208951015116801590811561048f575b506104575763ffffffff602099818b9881809e96819c97829a98839960805260a0525160c052511660e052511661010052511661012052511661014052511661016052828151511661018052510151166101a05282815151166101c052510151166101e05233156104445760098054336001600160a01b0319821681179092556001600160a01b03167f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e05f80a361029581610669565b6102a0526102a284610669565b6102c052519020918261026052519020806102805246610220526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a0815261030d60c0826105ef565b519020610200523061024052604051615b4a90816106d5823960805181818161014501528181611016015281816117e30152615644015260a05181818161034001528181610dc0015281816110d001528181611634015281816125ef01528181612bf6015281816135de01528181614bf0015261539f015260c051818181610e3e015281816119aa0152611ed7015260e05181614c970152610100518181816108c401526136bc01526101205181612443015261014051816121a30152610160518161361f0152610180518161353001526101a0518161355901526101c051816134cc01526101e051816134f5015261020051816159e501526102205181615aa2015261024051816159af01526102605181615a3401526102805181615a5a01526102a05181610c0d01526102c05181610c370152f35b631e4fbdf760e01b5f525f60045260245ffd5b60405163a8c278dd60e01b815260206004820152600f60248201526e39ba30b13632a234b3333ab9b4b7b760891b6044820152606490fd5b610e109150115f6101df565b60405163a8c278dd60e01b815260206004820152600360248201526219dc1d60ea1b6044820152606490fd5b610e109150115f6101c4565b60405163a8c278dd60e01b815260206004820152600c60248201526b71756575655365636f6e647360a01b6044820152606490fd5b60405163a8c278dd60e01b815260206004820152600b60248201526a6f70656e5365636f6e647360a81b6044820152606490fd5b60405163a8c278dd60e01b815260206004820152600d60248201526c72657665616c5365636f6e647360981b6044820152606490fd5b60405163a8c278dd60e01b815260206004820152600d60248201526c636f6d6d69745365636f6e647360981b6044820152606490fd5b60405163a8c278dd60e01b81526020600482015260066024820152656d696e46656560d01b6044820152606490fd5b634e487b7160e01b5f52604160045260245ffd5b5f80fd5b601f909101601f19168101906001600160401b038211908210176105d757604052565b519063ffffffff821682036105eb57565b91908260409103126105eb57604080519081016001600160401b038111828210176105d757604052602061066481839561065c81610612565b855201610612565b910152565b601f815111610694576020815191015160208210610685571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f905f3560e01c9081628cc262146126fc575080630aebeb4e1461208357806316f0115b1461206657806317751a2114611efa57806324ec759014611ebf57806326cb32b714611e80578063382fcf1c14611c8f57806338af1c7914611bf857806340e58ee5146118965780634e82449d1461181757806351cff8d9146117645780635c27a3a314610def5780635db82fa014610daa578063608d109c14610d66578063715018a614610d09578063817cc1ea14610cc357806384b0196e14610bf05780638da5cb5b14610bc757806390fdb20c14610ba4578063ab91c7b014610b7c578063d5faaace14610a7d578063ddafce291461050d578063f1389bae14610200578063f2fde38b146101775763fc0c546a14610130575f80fd5b346101745780600319360112610174576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b80fd5b503461017457602036600319011261017457610191612730565b610199614a6a565b6001600160a01b031680156101ec57600980546001600160a01b0319811683179091556001600160a01b03167f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e08380a380f35b631e4fbdf760e01b82526004829052602482fd5b503461017457602036600319011261017457600435908181526005602052604081206040519061022f82612816565b546001600160a01b038116825262ffffff60a082901c81166020840190815260408401949260ff60b882901c1661026581612746565b865261027a60ff8260c01c16606087016127fe565b61028d60ff8260c81c166080870161280a565b60ff8160d01c1660a086015260ff8160d81c1660c086015260ff8160e01c1660e086015261ffff8160e81c1661010086015260f81c61012085015251168152600660205260408120936102df856128d3565b93600181516102ed81612746565b6102f681612746565b036104e35750323314806104da575b156104c75780825260046020526001600160401b03604083205460881c164311156104b457604051636182997b60e01b8152936020856004817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9485156104a9578395610471575b506103828161500c565b851061045d5782936103968660025461572a565b9660015b8781111580610452575b1561040257600189821c16156103f957808652600360205265ffffffffffff604087205416871580156103f0575b6103e6575b506103e190614fc6565b61039a565b96506103e16103d7565b508781106103d2565b6103e190614fc6565b5083860361043b5790829161041a6104209486615026565b84614b90565b15610429575080f35b632c4e385360e21b8252600452602490fd5b60448587866343a3a91360e01b8352600452602452fd5b5088811c15156103a4565b632c4e385360e21b83526004829052602483fd5b9094506020813d6020116104a1575b8161048d602093836128b2565b8101031261049d5751935f610378565b5f80fd5b3d9150610480565b6040513d85823e3d90fd5b6329e1a51360e21b825260045260249150fd5b6329e85c8d60e21b825233600452602482fd5b50333b15610305565b6044935051906104f282612746565b63a5d15e1f60e01b835260045261050881612746565b602452fd5b50346101745760803660031901126101745761052761279d565b6064356001600160401b038111610a79576105469036906004016127ad565b6004929192358452600560205260408420906040519161056583612816565b546001600160a01b038116835260a081901c62ffffff16602084015260b881901c60ff1661059281612746565b60408401526105aa60ff8260c01c16606085016127fe565b6105bd60ff8260c81c166080850161280a565b60ff8160d01c1660a084015260ff8160d81c1660c084015260ff8160e01c1660e084015261ffff8160e81c1661010084015260f81c61012083015262ffffff6020830151168552600660205260408520926002604084015161061e81612746565b61062781612746565b03610a4f57600360ff82161015610a3a5760ff60a084015116600361064f60ff841683615676565b9160061c1611610a1f5760443515610a045761066a846128d3565b9464ffffffffff6020870151168042116109f257506106f6906106908360038801612d89565b60018060a01b0391549060031b1c16938491600288015460405160208101917f96f4f11a36c0083c06125027a17832a262476f2f8a677823caab0826e19d8e93835260408201526044356060820152606081526106ee6080826128b2565b519020614fd4565b6107216107068260068701612d89565b6044929192359083549060031b91821b915f19901b19161790565b905560ff610735828260a087015116614a32565b1660a08401526004358652600560209081526040808820855181546001600160a01b0319166001600160a01b039190911617808255928601519186015190929061077e81612746565b61078781612746565b606087015160098110156109de5760808801519260028410156109ca5793600398949360ff979360a097938b9a968a60d01b8a8a015160d01b16908b60d81b60c08b015160d81b16918c60e01b60e08c015160e01b169461ffff60e81b6101008d015160e81b16968c8f6101209060f81b91015160f81b169860018060f81b039661ffff60e81b199560ff60e01b199460ff60d81b199360ff60d01b199260ff60c81b199160a062ffffff901b9060a01b169060a064ffffffffff901b191617169060ff60b81b9060b81b1617169060ff60c01b9060c01b161716908f60c81b9060c81b161716171617161717179055846040519116815260443560208201527f8ea8883f5f0fae1df1621559df083b15770db64b2cad2002a47a95ff06f91b56604060043592a301511660061c16146108bf578280f35b6108e97f000000000000000000000000000000000000000000000000000000000000000042612937565b64ffffffffff81166040840181905283518354602086015164ffffffffff60601b60609190911b166001600160601b039092166001600160881b0319909116171783559282546060820151608083015160a0909301516001600160881b0390921660889490941b64ffffffffff60881b169390931760b09390931b63ffffffff60b01b169290921760d09190911b63ffffffff60d01b161760f09190911b6001600160f01b031916179055604051908152600435907f44ee60960695459a9f2c218d3b5f6549c19a9b8e4bbbf61ef3f96919b18c4a3890602090a25f808280f35b634e487b7160e01b8c52602160045260248cfd5b634e487b7160e01b8b52602160045260248bfd5b630479478b60e11b8852600452602487fd5b6315c6e57d60e01b865260048035905260ff16602452604485fd5b636701582b60e11b865260048035905260ff16602452604485fd5b630c2b716b60e31b865260ff16600452602485fd5b6044866040850151610a6081612746565b63a5d15e1f60e01b825260048035905261050881612746565b8280fd5b503461017457602036600319011261017457600435808252600560205260ff604083205460b81c16610aae81612746565b60018103610b6257506002546001835b610100821080610b57575b15610b4c57600183831c1615610b4157818552600360205265ffffffffffff604086205416905b81151580610b38575b15610b2557610b0790614fc6565b908552600460205265ffffffffffff604086205460301c1690610af0565b9291610b319150614fc6565b9091610abe565b50848210610af9565b9190610b3190614fc6565b602090604051908152f35b5082821c1515610ac9565b6044929163a5d15e1f60e01b835260045261050881612746565b5034610174578060031936011261017457602064ffffffffff60015460a01c16604051908152f35b50346101745780600319360112610174576020610bbf6135c9565b604051908152f35b50346101745780600319360112610174576009546040516001600160a01b039091168152602090f35b5034610174578060031936011261017457610c9290610cbf610c317f0000000000000000000000000000000000000000000000000000000000000000615756565b91610c5b7f0000000000000000000000000000000000000000000000000000000000000000615756565b610ca060405191610c6d6020846128b2565b83835283368137604051968796600f60f81b885260e0602089015260e08801906127da565b9086820360408801526127da565b9146606086015230608086015260a085015283820360c085015261276a565b0390f35b5034610174578060031936011261017457608060015464ffffffffff604051918181168352818160281c166020840152818160501c16604084015260781c166060820152f35b5034610174578060031936011261017457610d22614a6a565b600980546001600160a01b0319811690915581906001600160a01b03167f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e08280a380f35b503461017457602036600319011261017457600435906002821015610174576040610d9083613493565b63ffffffff60208351928281511684520151166020820152f35b50346101745780600319360112610174576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b50346101745760e036600319011261017457600260043510908115610174578091600160043503611738575063ffffffff610e2861345e565b16158015611720575b801561170c575b6116fd577f00000000000000000000000000000000000000000000000000000000000000008060c435106116e4576001600160601b0360c435116116cc57506001549164ffffffffff610e8c818516613415565b16809364ffffffffff19161760015560405190610ea882612816565b8260208301528260408301528260608301528260808301528260a08301528260c08301528260e083015282610100830152826101208301523382526116c857610ef66004356080830161280a565b62ffffff610f02614b12565b1680602083015282526006602052604082206024356001820155610f2461342e565b906001600160601b0360c43516825263ffffffff610f4061345e565b16608083015261ffff610f51613482565b1660a0830152610f5f613482565b61ffff610f6a61345e565b63ffffffff610f77613471565b918360405195610f898760043561275d565b602435602088015260443560408801521660608601521660808401521660a082015260c43560c0820152857f851b80d06160a4f9364b84a1097417a8da13d680720aef616b88411c6cf6c4f560e03393a3323314806116bf575b158015611609575b80156115f6575b6110a3575b50506040516323b872dd60e01b8352336004523060245260c4356044527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031693909290915060208160648180885af16001825114811615611084575b83604052816060521561107057602083838152f35b635274afe760e01b81526004849052602490fd5b600181151661109a57843b15153d15161661105b565b833d83823e3d90fd5b60a08201516040516352da925760e01b815261ffff90911660048201526020816024816001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000165afa9081156115eb5785916115ac575b50156115915761110e6135c9565b8064ffffffffff60015460a01c16101561157f57506001604084810191825286865260056020908152908620855181546001600160a01b0319166001600160a01b0391909116178082559186015192519092919061116b81612746565b61117481612746565b6060870151600981101561156b5760808801519260028410156115575760ff60d01b60a08a015160d01b169060ff60d81b60c08b015160d81b169160ff60e01b60e08c015160e01b169461ffff60e81b6101008d015160e81b16968c61012060ff60f81b91015160f81b169860018060f81b039661ffff60e81b199560ff60e01b199460ff60d81b199360ff60d01b199260ff60c81b199162ffffff60a01b9060a01b169064ffffffffff60a01b191617169060ff60b81b9060b81b1617169060ff60c01b9060c01b1617169060ff60c81b9060c81b1617161716171617171790556001600160601b038251166001600160601b03198254161781556112a364ffffffffff602084015116829081549064ffffffffff60601b9060601b169064ffffffffff60601b1916179055565b604082015181546060840151608085015160a08601516001600160881b0390931660889490941b64ffffffffff60881b169390931760b09190911b63ffffffff60b01b161760d09290921b63ffffffff60d01b169190911760f09190911b6001600160f01b03191617905561146f61131a8261500c565b808552600360205265ffffffffffff6040862091816040519361133c85612846565b54818116855260301c169060208401918083526040519061135c82612861565b8152896113ef64ffffffffff8b6113cd886020870183815281806040808b0196884216885260608c019a6001600160401b0343168c5281526004602052209951161682198954161788555116869065ffffffffffff60301b82549160301b169065ffffffffffff60301b1916179055565b51845464ffffffffff60601b1916911660601b64ffffffffff60601b16178355565b51815467ffffffffffffffff60881b191660889190911b67ffffffffffffffff60881b16179055815183168061152357508884526001811b600254176002555b888252875260036020526040872092518354831916908316178355511665ffffffffffff60301b82549160301b169065ffffffffffff60301b1916179055565b60015464ffffffffff60a01b61148f60a083901c64ffffffffff16614375565b60a01b169064ffffffffff60a01b19161760015560806001600160601b0382511692015190600282101561150f5761150085936114fa7f0957f722ada8d1cb519b76ab06e1b4436e05d298903d48853ba24ec1f16f1e9c9463ffffffff6080602096015116906152f8565b906135ab565b604051908152a25f8080610ff7565b634e487b7160e01b84526021600452602484fd5b885260046020526040882080546bffffffffffff000000000000191660308b901b65ffffffffffff60301b1617905561142f565b634e487b7160e01b8a52602160045260248afd5b634e487b7160e01b89526021600452602489fd5b6316c4d47160e11b8552600452602484fd5b60a082015163730503a560e11b855261ffff16600452602484fd5b90506020813d6020116115e3575b816115c7602093836128b2565b810103126115df575180151581036115df575f611100565b8480fd5b3d91506115ba565b6040513d87823e3d90fd5b5061160382848388614b90565b15610ff2565b50600254801515908161161d575b50610feb565b604051636182997b60e01b815291506020826004817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9081156116b457869161167e575b611676925061572a565b15155f611617565b90506020823d6020116116ac575b81611699602093836128b2565b8101031261049d5761167691519061166c565b3d915061168c565b6040513d88823e3d90fd5b50333b15610fe3565b5080fd5b6378279ed960e11b8252600482905260245260449150fd5b6378279ed960e11b825260c43560045260245260449150fd5b630e433c2360e31b8152600490fd5b5061ffff611718613471565b161515610e38565b5061040063ffffffff61173161345e565b1611610e31565b6302857fe560e51b8252602492501561175357600435600452fd5b634e487b7160e01b81526021600452fd5b503461017457602036600319011261017457602090611781612730565b60018060a01b038116808352600784526040832054928181526007855260408120557f7084f5476618d8e60b11ef0d7d3f06914655adb8793e28ff7f018d4c76d505d584604051858152a281806117dd575b5050604051908152f35b611810917f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316614a91565b5f816117d3565b503461017457604036600319011261017457611831612730565b60243590811515809203610a795760207ff1a9c06ecd6e47e4f5e6a4197adb647f1b139f771d37607de489ab3d305623159161186b614a6a565b6001600160a01b0316808552600882526040808620805460ff191660ff87161790555193845292a280f35b503461017457602036600319011261017457600435808252600560205260408220604051906118c482612816565b546001600160a01b038116825260a081901c62ffffff166020830190815290604083019060b881901c60ff166118f981612746565b82526060840161190f60ff8360c01c16826127fe565b6080850161192360ff8460c81c168261280a565b60a086019360ff8460d01c16855260c087019060ff8560d81c16825260e088019160ff8660e01c16835261010089019461ffff8760e81c1686526101208a019660f81c87526001835161197581612746565b61197e81612746565b03611be85789516001600160a01b03163303611bd557918a99979593918c999795936119e56119de60407f00000000000000000000000000000000000000000000000000000000000000009d62ffffff8d511681526006602052206128d3565b809d615026565b60015464ffffffffff60781b611a05607883901c64ffffffffff16614375565b60781b169064ffffffffff60781b191617600155611a2862ffffff8a5116615205565b60058352600681528c8e52600560205260408e208a5181546001600160a01b0319166001600160a01b03919091161780825599519351909993989091611a6d83612746565b611a7683612746565b51956009871015611bc05751906002821015611bc0575192519451965197516001600160a01b0390941660a09990991b62ffffff60a01b169890981760b89190911b60ff60b81b161760c09490941b60ff60c01b169390931760c89690961b60ff60c81b169590951760d09290921b60ff60d01b169190911760d89190911b60ff60d81b161760e09190911b60ff60e01b161760e89190911b61ffff60e81b161760f89190911b6001600160f81b0319161790558454611b6a9392611b639290916001600160601b039190611b4c908490612937565b88555193516001600160a01b03909416931661438f565b90836155ff565b60405160808160067f5295e693cc9aa956bb19d3e3725128d3c07becab51998997f3a852e2005bc03c935284602082015260606040820152846060820152a280f35b634e487b7160e01b5f52602160045260245ffd5b50634e487b7160e01b8f52602160045260248ffd5b63c66f47bf60e01b8c523360045260248cfd5b60448c8c8551906104f282612746565b50346101745760a036600319011261017457611c1261279d565b604435906001600160401b038211610a795760c06003198336030112610a79576064356001600160401b038111611c8b57611c519036906004016127ad565b60843593916001600160401b038511611c8757611c75611c849536906004016127ad565b94909360040190600435612dca565b80f35b8580fd5b8380fd5b5034610174576040366003190112610174576004356024359064ffffffffff60015460a01c1682818311611e77575b611cc8838361438f565b10611e63575b50611cd882613581565b611ce560405191826128b2565b828152601f19611cf484613581565b0136602083013760405191612000611d0c81856128b2565b36843760025460015b6101008110611e29575050845b611d2c8583612937565b811015611e13578560015b6101008110611dc6575082821015611d86575b611d2c9181611d5b6001938861440a565b5189526004602052611d7d65ffffffffffff60408b205460301c16918861440a565b52019050611d22565b611d90818661440a565b51611d9b848461438f565b8551811015611db25760051b850160200152611d4a565b634e487b7160e01b89526032600452602489fd5b611dd0818761440a565b51151580611dee575b611de6575b600101611d37565b905080611dde565b50811580611dd95750611e01818761440a565b51611e0c838861440a565b5111611dd9565b60405160208082528190610cbf9082018661276a565b806001808481941c1614611e3e575b01611d15565b808852600360205265ffffffffffff604089205416611e5d828861440a565b52611e38565b81925090611e709161438f565b905f611cce565b91508091611cbe565b50346101745760203660031901126101745760209060ff906040906001600160a01b03611eab612730565b168152600884522054166040519015158152f35b503461017457806003193601126101745760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b503461017457602036600319011261017457611f176004356129bd565b90604051908251611f2781612746565b8252611f3b60208401516020840190612750565b611f4d6040840151604084019061275d565b60018060a01b0360608401511660608301526080830151608083015260a083015160a083015260c083015160c083015260e083015160e083015263ffffffff6101008401511661010083015261ffff61012084015116610120830152610140830151610140830182905b6003821061204657505050610160830151816101a084015b60038210612030575050506101808301519061020083015b60038210612018576102a0846001600160401b0360206101a089015182815116610260850152015116610280820152f35b60208060019285511515815201930191019091611fe7565b6020806001928551815201930191019091611fcf565b82516001600160a01b031681526020928301926001929092019101611fb7565b503461017457806003193601126101745760209054604051908152f35b503461049d57602036600319011261049d57600435805f52600560205260405f2091604051926120b284612816565b549060018060a01b0382168452602084019362ffffff8360a01c16855260ff8360b81c169460408201956120e581612746565b865260608201936120fc60ff8260c01c16866127fe565b608083019061211160ff8260c81c168361280a565b60a084019460ff8260d01c16865260c085019260ff8360d81c16845260e0860160ff8460e01c16815261010087019261ffff8560e81c16845261012088019460f81c855262ffffff8751165f52600660205260405f2060018d5161217481612746565b61217d81612746565b036123a9575050895f5260046020526121cd6121c864ffffffffff60405f205460601c167f000000000000000000000000000000000000000000000000000000000000000090612937565b6136e1565b62ffffff8651165f5260066020526121e760405f206128d3565b9a6121f28c8c615026565b60015464ffffffffff60781b612212607883901c64ffffffffff16614375565b60781b169064ffffffffff60781b19161760015561223562ffffff885116615205565b6004815260088a525f8b8152600560205260409020885181546001600160a01b0319166001600160a01b039190911617808255975191519a909791969061227b8c612746565b6122848c612746565b51936009851015611bac57519a60028c1015611bac57995190519251945195516001600160a01b0392831660a09890981b62ffffff60a01b169790971760b89a909a1b60ff60b81b169990991760c09390931b60ff60c01b169290921760c89990991b60ff60c81b169890981760d09790971b60ff60d01b169690961760d89790971b60ff60d81b169690961760e09690961b60ff60e01b169590951760e89590951b61ffff60e81b169490941760f89490941b6001600160f81b03191693909317909255905192515f93612367926001600160601b03929092169116836155ff565b60405160808160087f5295e693cc9aa956bb19d3e3725128d3c07becab51998997f3a852e2005bc03c93525f6020820152606060408201525f6060820152a280f35b989a9799909b93969492600285979397516123c381612746565b6123cc81612746565b0361241557505050505050505060ff611c84945116155f14612401576123fc64ffffffffff835460601c166136e1565b613883565b6123fc6121c8612410846128d3565b61368b565b9295995f9b9295999194979b50601f8b5160031c16156126d2576124686121c8612441612410856128d3565b7f000000000000000000000000000000000000000000000000000000000000000090612937565b6040519b606097888e61247b82826128b2565b3690378d5f8e5b6003821061269357516007168f5250505f8b8152600560205260409020925183546001600160a01b0319166001600160a01b0391909116178084558c519a51909a90979092906124d189612746565b6124da89612746565b51966009881015611bac5751966002881015611bac57955198519d51905191516001600160a01b03909b1660a09390931b62ffffff60a01b169290921760b89790971b60ff60b81b169690961760c094851b60ff60c01b161760c89590951b60ff60c81b169490941760d09690961b60ff60d01b169590951760d89a909a1b60ff60d81b169990991760e09290921b60ff60e01b169190911760e89290921b61ffff60e81b169190911760f89490941b6001600160f81b03191693909317905590936125ea91906125be9062ffffff906125b690600301612958565b955116615205565b604051906125cc81836128b2565b368237604051630e2b6a2160e41b81529586948594600486016137fc565b03815f7f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165af1908115612688576126529161264b915f91612657575b5060406126428251602084015190612937565b91015190612937565b5f54612937565b5f5580f35b612679915060c03d60c011612681575b61267181836128b2565b81019061376a565b90505f61262f565b503d612667565b6040513d5f823e3d90fd5b600192601f6126be925160031c1684841b1615155f146126c7576126b983600492612998565b613708565b018e908e612482565b6126b9838592612998565b8751896126de82612746565b63a5d15e1f60e01b5f526004526126f481612746565b60245260445ffd5b3461049d57602036600319011261049d576020906001600160a01b03612720612730565b165f526007825260405f20548152f35b600435906001600160a01b038216820361049d57565b60061115611bac57565b906009821015611bac5752565b906002821015611bac5752565b90602080835192838152019201905f5b8181106127875750505090565b825184526020938401939092019160010161277a565b6024359060ff8216820361049d57565b9181601f8401121561049d578235916001600160401b03831161049d576020838186019501011161049d57565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b6009821015611bac5752565b6002821015611bac5752565b61014081019081106001600160401b0382111761283257604052565b634e487b7160e01b5f52604160045260245ffd5b604081019081106001600160401b0382111761283257604052565b608081019081106001600160401b0382111761283257604052565b60c081019081106001600160401b0382111761283257604052565b60e081019081106001600160401b0382111761283257604052565b90601f801991011681019081106001600160401b0382111761283257604052565b906040516128e08161287c565b60a08193546001600160601b038116835264ffffffffff8160601c16602084015264ffffffffff8160881c16604084015263ffffffff8160b01c16606084015263ffffffff8160d01c16608084015260f01c910152565b9190820180921161294457565b634e487b7160e01b5f52601160045260245ffd5b60405191905f835b60038210612978575050506129766060836128b2565b565b82546001600160a01b031681526001928301929190910190602001612960565b9060038110156129a95760051b0190565b634e487b7160e01b5f52603260045260245ffd5b906040516101c081018181106001600160401b03821117612832576040525f8152602081015f815260408201905f8252606083015f81525f60808501525f60a08501525f60c08501525f60e08501525f6101008501525f610120850152606093604051612a2a86826128b2565b85368237610140820152604051612a4186826128b2565b85368237610160820152604051612a5886826128b2565b85368237610180820152604051612a6e81612846565b5f81525f60208201526101a082015280965f52600560205260405f2060405190612a9782612816565b549460018060a01b0386168252602082019362ffffff8760a01c16855260ff8760b81c16906040840191612aca81612746565b825288840196612ae060ff8a60c01c16896127fe565b6080850190612af560ff8b60c81c168361280a565b60a086019860ff8b60d01c168a5260c087019a60ff8160d81c168c5260ff8160e01c1660e089015261ffff8160e81c1661010089015260f81c6101208801528451612b3f81612746565b612b4881612746565b8852516009811015611bac57612b5d916127fe565b51926002841015611bac57600293612b749161280a565b83516001600160a01b0316905251612b8b81612746565b612b9481612746565b119081612d76575b50612d6e575062ffffff9051165f52600660205260405f2063ffffffff612bc2826128d3565b60018301546080890152600283015460a08901529485015160405163951a3d4960e01b8152911660048201526020816024817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa908115612688575f91612d3a575b50612c859260ff9160c08901526001600160601b0386511660e089015263ffffffff60808701511661010089015261ffff60a087015116610120890152612c7760038401612958565b61014089015251169061439c565b6101608501525f5b60038110612d06575050602081019064ffffffffff80835116926101a086019384515251168015159081612cdf575b50612cc5575050565b6001600160401b03612cd860209261368b565b1691510152565b604083015164ffffffffff161580159250612cfc575b505f612cbc565b905042115f612cf5565b60019060ff8351166003612d1a8383615676565b9160061c1611612d2f82610180890151612998565b901515905201612c8d565b90506020813d602011612d66575b81612d55602093836128b2565b8101031261049d5751612c85612c2e565b3d9150612d48565b955050505050565b601f915060e0015160031c16155f612b9c565b60038210156129a95701905f90565b903590601e198136030182121561049d57018035906001600160401b03821161049d5760200191813603831361049d57565b95612ebd91939495875f52600560205260405f209660405197612dec89612816565b546001600160a01b038116895260a081901c62ffffff1660208a015260b881901c60ff16612e1981612746565b60408a0152612e3160ff8260c01c1660608b016127fe565b612e4460ff8260c81c1660808b0161280a565b60ff8160d01c1660a08a015260ff8160d81c1660c08a015260ff8160e01c1660e08a015261ffff8160e81c166101008a015260f81c61012089015262ffffff6020890151165f52600660205260405f2096612eac64ffffffffff895460601c168a898d61441c565b8560ff60a08b01511689898d614572565b91612ecb8160038601612d89565b905460039190911b1c6001600160a01b03169060066040840135101561049d576060830191877f36ca65aab0f355192cd474e5aaa410b163ac6804f100769ef474c0501189491660c0612f1e8688612d98565b91908260405193849260ff8a168452612f3a60408d0135612746565b60408c0135602085015260a060408501528160a0850152848401375f82820184015260808a810135606084015260a08b013590830152601f01601f19168101030190a35f91612f8c6040850135612746565b604084013560010361340d57612fa29084612d98565b903590602081106133fc575b50915b60026040880151612fc181612746565b612fca81612746565b0361315d5761049d57600393612fec612ffd93604060ff9601358989866148e5565b613145575b8260c087015116614a32565b168060c085015260061c16600360ff60a08501511660061c16145f146130265761297692613883565b505f91825260056020908152604092839020825181546001600160a01b0319166001600160a01b0391909116178082559183015193830151909392919061306c81612746565b61307581612746565b6060830151906009821015611bac576080840151926002841015611bac5760a08581015160c08088015160e0808a01516101008b0151610120909b01516001600160a01b039097169b90951b62ffffff60a01b169a909a1760b89690961b60ff60b81b169590951795901b60ff60c01b169490941760c89590951b60ff60c81b169490941760d09390931b60ff60d01b169290921760d89190911b60ff60d81b16179190931b60ff60e01b161760e89190911b61ffff60e81b161760f89190911b6001600160f81b031916179055565b60e086018051841660018386161b8516179052612ff1565b5094939695925060ff8060088188161b161960e0860151161660e0850152825f52600560205260405f2060018060a01b0360018060a01b03865116166001600160601b0360a01b8254161781556020850151815460408701516131bf81612746565b6131c881612746565b60608801516009811015611bac576080890151926002841015611bac5760ff60d01b60a08b015160d01b169060ff60d81b60c08c015160d81b169160ff60e01b60e08d015160e01b16948c61010061ffff60e81b91015160e81b16968d61012060ff60f81b91015160f81b169860018060f81b039661ffff60e81b199560ff60e01b199460ff60d81b199360ff60d01b199260ff60c81b199162ffffff60a01b9060a01b169064ffffffffff60a01b191617169060ff60b81b9060b81b1617169060ff60c01b9060c01b1617169060ff60c81b9060c81b1617161716171617171790555f60608501516009811015611bac57600114806133e9575b156133ab57506132d66040830135612746565b6040919091013560011480159190613382575b50945b6132f4614867565b935f9660c08601975b6003811061336c57509161332d6003926126b9612976999a613333965f146133635760ff6004935b169051612998565b01612958565b91601f60e082015160031c161561334b575b50615367565b62ffffff602061335d92015116615205565b5f613345565b60ff8693613325565b80600161337b81938c51612998565b52016132fd565b905061339c600361012085015160061c1660098801612d89565b90549060031b1c14155f6132e9565b9691905060608401516009811015611bac576002146133cb575b506132ec565b60019196506040906133df82820135612746565b013514945f6133c5565b506133f76040840135615701565b6132c3565b5f199060200360031b1b165f612fae565b505f91612fb1565b64ffffffffff1664ffffffffff81146129445760010190565b6040519061343b8261287c565b5f60a0838281528260208201528260408201528260608201528260808201520152565b60843563ffffffff8116810361049d5790565b60a43561ffff8116810361049d5790565b60643561ffff8116810361049d5790565b60405161349f81612846565b5f81525f6020820152506002811015611bac5760011461351d576040516134c581612846565b63ffffffff7f000000000000000000000000000000000000000000000000000000000000000016815263ffffffff7f000000000000000000000000000000000000000000000000000000000000000016602082015290565b60405161352981612846565b63ffffffff7f000000000000000000000000000000000000000000000000000000000000000016815263ffffffff7f000000000000000000000000000000000000000000000000000000000000000016602082015290565b6001600160401b0381116128325760051b60200190565b8181029291811591840414171561294457565b81156135b5570490565b634e487b7160e01b5f52601260045260245ffd5b60405163249ee3fd60e11b81526020816004817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa908115612688575f91613657575b506136446064917f000000000000000000000000000000000000000000000000000000000000000090613598565b0460328110156136545750603290565b90565b90506020813d602011613683575b81613672602093836128b2565b8101031261049d5751613644613616565b3d9150613665565b60408101805164ffffffffff16156136aa5764ffffffffff9150511690565b5064ffffffffff6020613654920151167f000000000000000000000000000000000000000000000000000000000000000090612937565b804211156136ec5750565b6001600160401b0390637b7d5fd760e11b5f521660045260245ffd5b6005821015611bac5752565b81601f8201121561049d576040519161372e6060846128b2565b82916060810191821161049d57915b81831061374a5750505090565b82516001600160a01b038116810361049d5781526020928301920161373d565b91909160c08184031261049d576137818382613714565b9280607f8301121561049d576040519161379c6060846128b2565b829060c0810192831161049d57606001905b8282106137bb5750505090565b81518152602091820191016137ae565b905f905b600382106137dc57505050565b82516001600160a01b0316815260209283019260019290920191016137cf565b908152610140810194939290916138179060208401906137cb565b5f90608083015b600383106138555750505060e0015f905b6003821061383c57505050565b60208060019260ff86511681520193019101909161382f565b8151906005821015611bac576020816001938293520192019201919061381e565b516005811015611bac5790565b9061388d816128d3565b906001600160601b0382511660808501516002811015611bac576138b563ffffffff91613493565b5116026001600160601b038116908103612944576080850151906002821015611bac576114fa6138f09263ffffffff608087015116906152f8565b936060946040519361390287866128b2565b5f5b87811061436057505f5b600381106142605750516001600160601b0316613929614867565b948760ff613936836157be565b1680602089015260ff81145f14613f6a57505f93905083805b60038210613f115760029150105f14613f075761396e60055b886127fe565b6040870192835260c08701935f5b60038110613e07575050505050505b60ff60208401511660ff81141590815f14613dff576139aa908361531e565b905b8015613df7576003935b60408401946139c481612746565b85528551946009861015611bac576139df89860196876127fe565b88956139ea85612746565b60018514613d9f575b60c088015f5b60038110613d585750505f898152600560209081526040909120875181546001600160a01b0319166001600160a01b0391909116178082559188018051945190949193919291613a4882612746565b613a5182612746565b516009811015611bac5760808a0151916002831015611bac578a9360ff60d01b60a086015160d01b1660ff60d81b60c087015160d81b169260ff60e01b60e088015160e01b169561ffff60e81b61010089015160e81b169761012060ff60f81b91015160f81b169860018060f81b039661ffff60e81b199560ff60e01b199460ff60d81b199360ff60d01b199260ff60c81b199162ffffff60a01b9060a01b169064ffffffffff60a01b191617169060ff60b81b9060b81b1617169060ff60c01b9060c01b1617169060ff60c81b9060c81b161716171617161717179055604051613b3b81612897565b6001549364ffffffffff8516825264ffffffffff8560281c169360208301958587526040840164ffffffffff8260501c1681528d850164ffffffffff8360781c168152608086019064ffffffffff8460a01c16825260a087019262ffffff8560c81c16845262ffffff60c089019560e01c168552891561294457613cb29a8f9a613c999960039964ffffffffff80935f19011684525f14613d435781613be381865116613415565b1684525b516001805493519451955196519751985165010000000000600160f81b031993909216929092166001600160f81b03199093169290921760289390931b69ffffffffff0000000000169290921760509390931b64ffffffffff60501b169290921760789390931b64ffffffffff60781b169290921760a09390931b64ffffffffff60a01b169290921760c89390931b62ffffff60c81b169290921760e09190911b62ffffff60e01b1617905501612958565b90601f60e087015160031c1615613d2e575b5087615367565b8351926009841015611bac57613cfa604094613d157f5295e693cc9aa956bb19d3e3725128d3c07becab51998997f3a852e2005bc03c936129769a8a96895195868096612750565b613d0381612746565b602085015280898501528301906127da565b0390a251910151916001600160a01b03909116906155ff565b62ffffff613d3d915116615205565b5f613cab565b81613d5081875116613415565b168552613be7565b613d6b613d66828451612998565b613876565b906005821015611bac576001809214613d85575b016139f9565b60ff6008821b1660ff60e08b0151161760e08a0152613d7f565b9550613dd2613db560ff60208a01511687615344565b610120870160ff8260061b1660ff82511617905260098401612d89565b90549060031b1c60405190602082015260208152613df16040826128b2565b956139f3565b6004936139b6565b505f906139ac565b80613e1d613e1760019387612998565b51615994565b15613efd57613e32825b6126b9838a51612998565b6020613e3e8287612998565b510151158015613ed7575b613ed257613e5783856135ab565b613e6281885161438f565b8752828d613e708489612998565b510151613e7c81612746565b613e8581612746565b1480613ebc575b15613ea857613e9f8d8c01918251612937565b90525b0161397c565b613eb68260808d0151612998565b52613ea2565b506040613ec98388612998565b51015115613e8c565b613ea2565b50613ef78c613ee68388612998565b510151613ef281612746565b615701565b15613e49565b613e326003613e27565b61396e6003613968565b6020613f1d8386612998565b51015115613f6157613f2e90614fc6565b90613f3d8b613ee68387612998565b613f4d575b6001905b019061394f565b94613f59600191614fc6565b959050613f42565b90600190613f46565b90613f7a60019284959694612998565b510151613f8681612746565b613f8f81612746565b0361419257506001855260ff9081603284885f5b6003811061408457505060ff8303614001575b5050505060ff8103613fd85750613fd1868501918251612937565b905261398b565b613ffb90613ff5608087015193613fef8386612998565b51612937565b92612998565b5261398b565b916140466140386140328361402c6032614024613d66986140509a9d9b9d613598565b04809961438f565b99612998565b5161595d565b6126b98360c08d0151612998565b60c0890151612998565b6005811015611bac5760040361406f5760408601525b5f808080613fb6565b61407d888701918251612937565b9052614066565b909596926140ae61409c60ff60208a01511688612998565b516140a78489612998565b5190615851565b15614184576140f96140f39160326140d760ff60a06140cd888d612998565b5101511687613598565b0492839160ff60a06140e9888d612998565b510151169061438f565b9561438f565b978d6040614107858a612998565b51015115614161575050906001916141238260808a0151612998565b5260036141368260c0819a5b0151612998565b528a6141578260a060ff8161414b848d612998565b51015116930151612998565b525b018990613fa3565b8360c08a6001969561417d614136956003979e01918251612937565b905261412f565b929695509250600183614159565b60028652604086019283529160c0860190608087015f5b600381106141bc5750505050505061398b565b6001906141de6141d360ff60208d01511688612998565b516140a78389612998565b1561423a57603261420060ff60a06141f6858b612998565b5101511689613598565b0461420c828551612998565b5261422361421b828551612998565b51855161438f565b84526002614232828751612998565b525b016141a9565b61425b61425061424a8389612998565b5161591a565b6126b9838851612998565b614234565b60019060ff60a08601511660036142778383615676565b9160061c16116142878289612998565b51901515905260ff60c08601511660036142a18383615676565b9160061c161160206142b3838a612998565b5101901515905260ff60e086015183831b1616151560406142d4838a612998565b5101526142e1818661531e565b896142ec838a612998565b51016142f782612746565b5260ff6143048287615344565b166080614311838a612998565b51015260ff61434a61433161432c848460a08b015116615676565b615794565b61434461432c858560c08c015116615676565b90612937565b1660a0614357838a612998565b5101520161390e565b60209061436b61342e565b8188015201613904565b64ffffffffff60019116019064ffffffffff821161294457565b9190820391821161294457565b91906040516143ac6060826128b2565b606036823780935f60038460061c16905b600381106143cc575050505050565b600190826143da8288615676565b106143e6575b016143bd565b6143f38160068601612d89565b90549060031b1c6144048287612998565b526143e0565b906101008110156129a95760051b0190565b92919060ff1690600382101561451a5760ff60c08201511660036144408483615676565b9160061c16116145035760408101926002845161445c81612746565b61446581612746565b1461448f5750601f60e0600192015160031c16911b1615614484575050565b51906126de82612746565b9193925060a0019060038060ff84511660061c16149081156144f9575b50156144e6575160ff1660036144c28483615676565b9160061c1611156144d1575050565b6334f084a160e01b5f5260045260245260445ffd5b5063ee66961960e01b5f5260045260245ffd5b905042115f6144ac565b5082631134603960e31b5f5260045260245260445ffd5b50630c2b716b60e31b5f5260045260245ffd5b9291926001600160401b0382116128325760405191614556601f8201601f1916602001846128b2565b82948184528183011161049d578281602093845f960137010152565b9594919897939692604088013595600687101561049d5761459287612746565b60018714935f926145a289612746565b8815801561483f575b61481057906145e3859493926145cb8f9897600360028b01549a01612d89565b905460039190911b1c6001600160a01b03169e61439c565b9a6145fb6145f46060830183612d98565b369161452d565b602081519101209361049d5761465d9b8e9560ff6080840135978d6040519060208201928d8452604083015261463081612746565b60608201528860808201528960a082015260a0815261465060c0826128b2565b51902091169d8e83612998565b5114908115916147c6575b506147af57602081013560ff811680910361049d576146f6958f9560a08401359c6040519360208501957f106075b8417c1ac46cb410847a59f1aa6c2605c16642e91416241c126f4cb57187528c604087015235606086015260808501526146cf81612746565b60a084015260c083015260e08201528a61010082015261010081526106ee610120826128b2565b156147a3579061476092916040519460208601917f20e36189d00dd33bbe8ffbbae39d1f47aed5f4c491ab5bc93c85a3feb693dba88352604087015289606087015260808601526080855261474c60a0866128b2565b93519093206001600160a01b0393906156c3565b165f52600860205260ff60405f2054169384159081614798575b50614783575050565b6347588d1b60e01b5f5260045260245260445ffd5b90503314155f61477a565b50600196505050505050565b8b8b6373aab90d60e01b5f5260045260245260445ffd5b604051602081019250905f835b600382106147fa57505050606081526147ed6080826128b2565b519020813514155f614668565b60208060019285518152019301910190916147d3565b8861481e60608d018d612d98565b6383b5a1a960e01b5f5291905061483481612746565b60045260245260445ffd5b5061484d60608c018c612d98565b90508615614860576020905b14156145ab565b5f90614859565b6040519061487482612897565b815f81525f60208201525f60408201525f606082015260c060609160405161489c84826128b2565b8336823760808201526040516148b284826128b2565b8336823760a0820152604051926148c981856128b2565b3684370152565b60011b906101fe60fe83169216820361294457565b919390926148f281612746565b60ff83166003029060ff82169182036129445760019161ffff826101008901921b1661ffff82511617905261492681612746565b03614a2c575f9260090160c08501845b6003811061498657505061497660ff93859361496f614959610120988896612d89565b819391549060031b91821b915f19901b19161790565b90556148d0565b161b1691019060ff825116179052565b60ff82511660036149978383615676565b9160061c1611158015614a0f575b614a07576149b38188615344565b846149be8286612d89565b90549060031b1c146149f15760018101809111612944578681116149e8575b506001905b01614936565b955060016149dd565b9350505050610120925060ff61497681936148d0565b6001906149e2565b506001614a1c828961531e565b614a2581612746565b14156149a5565b50505050565b600581901c600690811692919081901c600316600181018091116129445760ff936101fe85603f9360061b951691161b911617171690565b6009546001600160a01b03163303614a7e57565b63118cdaa760e01b5f523360045260245ffd5b916040519163a9059cbb60e01b5f5260018060a01b031660045260245260205f60448180865af19060015f5114821615614af1575b60405215614ad15750565b635274afe760e01b5f9081526001600160a01b0391909116600452602490fd5b906001811516614b0957823b15153d15161690614ac6565b503d5f823e3d90fd5b6001549062ffffff8260e01c16918215614b59575062ffffff82165f52600660205260405f20546001549062ffffff60e01b9060e01b169062ffffff60e01b191617600155565b90915062ffffff8160c81c1662ffffff8114612944576001019062ffffff60c81b8260c81b169062ffffff60c81b19161760015590565b919290604051602081019044825284604082015260408152614bb36060826128b2565b5190209360a083019161ffff835116956040519663bc7a679d60e01b88528660048901526024880152604487015260a0866064815f600180861b037f0000000000000000000000000000000000000000000000000000000000000000165af1928315612688575f5f975f95614f69575b5063ffffffff16908115614f5d5760018060a01b0384511660018401546040519060208201924684523060408401528a6060840152608083015260a0820152614c6f60c08201886137cb565b446101208201526101208152614c87610140826128b2565b5190209560608101928352614cbc7f000000000000000000000000000000000000000000000000000000000000000042612937565b9060808601908151926002841015611bac57614cee64ffffffffff91614344608085019663ffffffff885116906152f8565b16602082810191825260026040808b019182525f8e815260058452208a5181546001600160a01b0319166001600160a01b039190911617808255928b01519151939a9295909391929190614d4182612746565b614d4a82612746565b6060830151906009821015611bac5751916002831015611bac5760a08481015160c08087015160e0808901516101008a0151610120909a01516001600160a01b03909e169a90951b62ffffff60a01b169990991760b89590951b60ff60b81b169490941794901b60ff60c01b169390931760c89490941b60ff60c81b169390931760d09290921b60ff60d01b169190911760d89190911b60ff60d81b1617921b60ff60e01b169190911760e89190911b61ffff60e81b161760f89390931b6001600160f81b031916929092179091558051855487516001600160881b03199091166001600160601b03929092169190911760609190911b64ffffffffff60601b161785556040015184549351915192516001600160881b0390941660889190911b64ffffffffff60881b161760b09190911b63ffffffff60b01b161760d09190911b63ffffffff60d01b161760f09190911b6001600160f01b03191617815560028101849055825f5b60038110614f3d575050509160a091614f3264ffffffffff7ff2afeb82cc030dedddebb51429079e0023682fe99937d806222129d50849bd379560015469ffffffffff0000000000614f09848360281c16614375565b60281b169069ffffffffff000000000019161760015551169160405193845260208401906137cb565b6080820152a3600190565b81516001600160a01b031660038285010155602090910190600101614eb3565b50505050505050505f90565b945050955060a03d60a011614fbf575b614f8381856128b2565b83019560a08488031261049d5783519663ffffffff8816880361049d57614fb763ffffffff91604060208801519701613714565b949790614c23565b503d614f79565b5f1981146129445760010190565b90614fdf92916156c3565b6001600160a01b039182169116818103614ff7575050565b63366d29f760e01b5f5260045260245260445ffd5b60a0015161ffff168061501f5750600190565b61ffff1690565b906150309061500c565b815f52600460205260405f206151306040519161504c83612861565b549165ffffffffffff831681526001600160401b03602082019365ffffffffffff8160301c16855264ffffffffff8160601c16604084015260881c166060820152835f52600360205260405f209065ffffffffffff604051926150ae84612846565b5494818616845281602085019660301c1686528183511680155f146151c857508181511684525b51169081615196575165ffffffffffff168452505b5f84815260036020526040902090518154935165ffffffffffff60301b60309190911b1665ffffffffffff9091166bffffffffffffffffffffffff199094168417179055565b15615184575b505f5260046020525f60408120556001545f1964ffffffffff8260a01c160164ffffffffff81116129445764ffffffffff60a01b1990911660a09190911b64ffffffffff60a01b1617600155565b6001901b19600254166002555f615136565b65ffffffffffff905116905f52600460205265ffffffffffff60405f20911665ffffffffffff198254161790556150ea565b6152009083835116905f52600460205260405f209065ffffffffffff60301b82549160301b169065ffffffffffff60301b1916179055565b6150d5565b61520d61342e565b60015460e01c62ffffff908116825282165f90815260066020908152604090912082518154928401516001600160881b03199093166001600160601b03919091161760609290921b64ffffffffff60601b1691909117815590604081015182546060830151608084015160a0909401516001600160881b0390921660889390931b64ffffffffff60881b169290921760b09290921b63ffffffff60b01b169190911760d09290921b63ffffffff60d01b169190911760f09190911b6001600160f01b0319161790556001805462ffffff60e01b191660e09290921b62ffffff60e01b16919091179055565b9061434461530861365493613493565b9163ffffffff6020818551169401511690613598565b61010061ffff9101511681600302916003830403612944576007911c1661365481612746565b610120015160ff166001600160ff1b03821682036129445760039160011b1c1690565b9161539a60c082019384519460c060a08501968751906040519586928392630e2b6a2160e41b84528a88600486016137fc565b03815f7f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165af1928315612688575f905f946155db575b509594939291906060840151965f965b60038810615410575050505050505050806154015750565b61540c905f54612937565b5f55565b9091929394959697615426613d668a8651612998565b6005811015611bac576004036154a45761544d6001916154468b89612998565b5190612937565b98818060a01b0361545e828b612998565b5116867f3ca5e7f4cfcfbf4a54711a16cba9e04bae9938997e6c5565d6179ba77726e92e602061548e858c612998565b51604051908152a35b01969594939291906153e9565b97608087016154b4828251612998565b51156155675790816154c98260019451612998565b51838060a01b036154da8488612998565b51165f5260076020526154f260405f20918254612937565b9055828060a01b03615504838c612998565b5116877fbe43491cebd8d8a1a80d6803dac17e75d416b298b7f7fb1734842eb7f46ffe46604061554786888060a01b0361553e828d612998565b51169651612998565b5160ff615555888b51612998565b511682519182526020820152a4615497565b50615576613d66828651612998565b906005821015611bac5760018092031561549757818060a01b0361559a828b612998565b5116867f5f463538f162eb5aaef0451896ae5dc52dbd4d8041902f55fbeacf03aced73e6602060ff6155cd868951612998565b5116604051908152a3615497565b90506155f791935060c03d60c0116126815761267181836128b2565b92905f6153d9565b9190811561567157604051828152612976936001600160a01b038316917f9c80a946d1155e387d3fdb40ebfc6973f2df3f44827577acc768d8b4953c674a90602090a37f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316614a91565b505050565b90600360ff83169260061c16915f5b8381106156955750505050600390565b6001600160ff1b038116810361294457826003838360011b1c16146156bc57600101615685565b9250505090565b6156fc929160426156f6926156d66159ac565b906040519161190160f01b8352600283015260228201522092369161452d565b90615817565b505090565b61570a81612746565b60018114908115615719575090565b6002915061572681612746565b1490565b9060ff8110615737575090565b60018101809111612944576001901b905f198201918211612944571690565b60ff811690601f821161578557604051916157726040846128b2565b6020808452838101919036833783525290565b632cd44ac360e21b5f5260045ffd5b80156157b857600181146157b2576002036157ae57600690565b5f90565b50600990565b50600a90565b8051906157d16020820192835190615851565b8015615801575b6157fb5760406157ec925191015190615851565b156157f657600190565b60ff90565b50505f90565b506158128151604083015190615851565b6157d8565b8151919060418303615847576158409250602082015190606060408401519301515f1a90615ac8565b9192909190565b50505f9160029190565b602081015115801561590e575b80156158d7575b6157fb5760608101916002835161587b81612746565b61588481612746565b14928315615893575b50505090565b600191929350516158a381612746565b6158ac81612746565b1491826158be575b50505f808061588d565b60ff809293506080809201511692015116145f806158b4565b5060608101516158e681612746565b6060830151906158f582612746565b6158fe82612746565b61590781612746565b1415615865565b5060208201511561585e565b61592381615994565b61595757602081015115615951576060615942910151613ef281612746565b1561594c57600490565b600290565b50600390565b50600190565b61596681615994565b61595757602081015115615951576060615985910151613ef281612746565b1561598f57600490565b600390565b8051151590816159a2575090565b6020915001511590565b307f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03161480615a9f575b15615a07577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a08152615a9960c0826128b2565b51902090565b507f000000000000000000000000000000000000000000000000000000000000000046146159de565b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411615b3f579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa15612688575f516001600160a01b03811615615b3557905f905f90565b505f906001905f90565b5050505f916003919056",
}

// Task is an auto generated Go binding around an Ethereum contract.
type Task struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Task) GetABI() abi.ABI {
	return c.abi
}

// NewTask creates a new instance of Task.
func NewTask() *Task {
	parsed, err := TaskMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Task{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Task) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address token_, address nodes_, (uint256,uint256,uint32,uint32,uint32,uint32,uint32,uint32,(uint32,uint32),(uint32,uint32)) params) returns()
func (task *Task) PackConstructor(token_ common.Address, nodes_ common.Address, params Params) []byte {
	enc, err := task.abi.Pack("", token_, nodes_, params)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40e58ee5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancel(uint256 taskId) returns()
func (task *Task) PackCancel(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("cancel", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40e58ee5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancel(uint256 taskId) returns()
func (task *Task) TryPackCancel(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("cancel", taskId)
}

// PackClose is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0aebeb4e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function close(uint256 taskId) returns()
func (task *Task) PackClose(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("close", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClose is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0aebeb4e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function close(uint256 taskId) returns()
func (task *Task) TryPackClose(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("close", taskId)
}

// PackCommit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xddafce29.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes signature) returns()
func (task *Task) PackCommit(taskId *big.Int, seat uint8, commitment [32]byte, signature []byte) []byte {
	enc, err := task.abi.Pack("commit", taskId, seat, commitment, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCommit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xddafce29.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes signature) returns()
func (task *Task) TryPackCommit(taskId *big.Int, seat uint8, commitment [32]byte, signature []byte) ([]byte, error) {
	return task.abi.Pack("commit", taskId, seat, commitment, signature)
}

// PackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function counts() view returns(uint256 created, uint256 running, uint256 settled, uint256 aborted)
func (task *Task) PackCounts() []byte {
	enc, err := task.abi.Pack("counts")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function counts() view returns(uint256 created, uint256 running, uint256 settled, uint256 aborted)
func (task *Task) TryPackCounts() ([]byte, error) {
	return task.abi.Pack("counts")
}

// TaskCountsOutput serves as a container for the return parameters of contract
// method Counts.
type TaskCountsOutput struct {
	Created *big.Int
	Running *big.Int
	Settled *big.Int
	Aborted *big.Int
}

// UnpackCounts is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x817cc1ea.
//
// Solidity: function counts() view returns(uint256 created, uint256 running, uint256 settled, uint256 aborted)
func (task *Task) UnpackCounts(data []byte) (TaskCountsOutput, error) {
	out, err := task.abi.Unpack("counts", data)
	outstruct := new(TaskCountsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Created = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Running = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Settled = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.Aborted = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackCreateTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c27a3a3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function createTask((uint8,bytes32,bytes32,uint16,uint32,uint16,uint256) request) returns(uint256 taskId)
func (task *Task) PackCreateTask(request TaskRequest) []byte {
	enc, err := task.abi.Pack("createTask", request)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreateTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c27a3a3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function createTask((uint8,bytes32,bytes32,uint16,uint32,uint16,uint256) request) returns(uint256 taskId)
func (task *Task) TryPackCreateTask(request TaskRequest) ([]byte, error) {
	return task.abi.Pack("createTask", request)
}

// UnpackCreateTask is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5c27a3a3.
//
// Solidity: function createTask((uint8,bytes32,bytes32,uint16,uint32,uint16,uint256) request) returns(uint256 taskId)
func (task *Task) UnpackCreateTask(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("createTask", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDispatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf1389bae.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function dispatch(uint256 taskId) returns()
func (task *Task) PackDispatch(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("dispatch", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDispatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf1389bae.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function dispatch(uint256 taskId) returns()
func (task *Task) TryPackDispatch(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("dispatch", taskId)
}

// PackEarned is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x008cc262.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function earned(address account) view returns(uint256)
func (task *Task) PackEarned(account common.Address) []byte {
	enc, err := task.abi.Pack("earned", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEarned is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x008cc262.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function earned(address account) view returns(uint256)
func (task *Task) TryPackEarned(account common.Address) ([]byte, error) {
	return task.abi.Pack("earned", account)
}

// UnpackEarned is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x008cc262.
//
// Solidity: function earned(address account) view returns(uint256)
func (task *Task) UnpackEarned(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("earned", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (task *Task) PackEip712Domain() []byte {
	enc, err := task.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (task *Task) TryPackEip712Domain() ([]byte, error) {
	return task.abi.Pack("eip712Domain")
}

// TaskEip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type TaskEip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (task *Task) UnpackEip712Domain(data []byte) (TaskEip712DomainOutput, error) {
	out, err := task.abi.Unpack("eip712Domain", data)
	outstruct := new(TaskEip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackIsRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x26cb32b7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isRelay(address account) view returns(bool)
func (task *Task) PackIsRelay(account common.Address) []byte {
	enc, err := task.abi.Pack("isRelay", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x26cb32b7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isRelay(address account) view returns(bool)
func (task *Task) TryPackIsRelay(account common.Address) ([]byte, error) {
	return task.abi.Pack("isRelay", account)
}

// UnpackIsRelay is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x26cb32b7.
//
// Solidity: function isRelay(address account) view returns(bool)
func (task *Task) UnpackIsRelay(data []byte) (bool, error) {
	out, err := task.abi.Unpack("isRelay", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackMinFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x24ec7590.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function minFee() view returns(uint256)
func (task *Task) PackMinFee() []byte {
	enc, err := task.abi.Pack("minFee")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMinFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x24ec7590.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function minFee() view returns(uint256)
func (task *Task) TryPackMinFee() ([]byte, error) {
	return task.abi.Pack("minFee")
}

// UnpackMinFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x24ec7590.
//
// Solidity: function minFee() view returns(uint256)
func (task *Task) UnpackMinFee(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("minFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5db82fa0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nodes() view returns(address)
func (task *Task) PackNodes() []byte {
	enc, err := task.abi.Pack("nodes")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5db82fa0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nodes() view returns(address)
func (task *Task) TryPackNodes() ([]byte, error) {
	return task.abi.Pack("nodes")
}

// UnpackNodes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5db82fa0.
//
// Solidity: function nodes() view returns(address)
func (task *Task) UnpackNodes(data []byte) (common.Address, error) {
	out, err := task.abi.Unpack("nodes", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (task *Task) PackOwner() []byte {
	enc, err := task.abi.Pack("owner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owner() view returns(address)
func (task *Task) TryPackOwner() ([]byte, error) {
	return task.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (task *Task) UnpackOwner(data []byte) (common.Address, error) {
	out, err := task.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16f0115b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pool() view returns(uint256)
func (task *Task) PackPool() []byte {
	enc, err := task.abi.Pack("pool")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16f0115b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pool() view returns(uint256)
func (task *Task) TryPackPool() ([]byte, error) {
	return task.abi.Pack("pool")
}

// UnpackPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x16f0115b.
//
// Solidity: function pool() view returns(uint256)
func (task *Task) UnpackPool(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("pool", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPricing is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x608d109c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pricing(uint8 taskType) view returns((uint32,uint32))
func (task *Task) PackPricing(taskType uint8) []byte {
	enc, err := task.abi.Pack("pricing", taskType)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPricing is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x608d109c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pricing(uint8 taskType) view returns((uint32,uint32))
func (task *Task) TryPackPricing(taskType uint8) ([]byte, error) {
	return task.abi.Pack("pricing", taskType)
}

// UnpackPricing is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x608d109c.
//
// Solidity: function pricing(uint8 taskType) view returns((uint32,uint32))
func (task *Task) UnpackPricing(data []byte) (Pricing, error) {
	out, err := task.abi.Unpack("pricing", data)
	if err != nil {
		return *new(Pricing), err
	}
	out0 := *abi.ConvertType(out[0], new(Pricing)).(*Pricing)
	return out0, nil
}

// PackQueue is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x382fcf1c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queue(uint256 offset, uint256 length) view returns(uint256[])
func (task *Task) PackQueue(offset *big.Int, length *big.Int) []byte {
	enc, err := task.abi.Pack("queue", offset, length)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueue is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x382fcf1c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queue(uint256 offset, uint256 length) view returns(uint256[])
func (task *Task) TryPackQueue(offset *big.Int, length *big.Int) ([]byte, error) {
	return task.abi.Pack("queue", offset, length)
}

// UnpackQueue is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x382fcf1c.
//
// Solidity: function queue(uint256 offset, uint256 length) view returns(uint256[])
func (task *Task) UnpackQueue(data []byte) ([]*big.Int, error) {
	out, err := task.abi.Unpack("queue", data)
	if err != nil {
		return *new([]*big.Int), err
	}
	out0 := *abi.ConvertType(out[0], new([]*big.Int)).(*[]*big.Int)
	return out0, nil
}

// PackQueueCapacity is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90fdb20c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queueCapacity() view returns(uint256)
func (task *Task) PackQueueCapacity() []byte {
	enc, err := task.abi.Pack("queueCapacity")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueueCapacity is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90fdb20c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queueCapacity() view returns(uint256)
func (task *Task) TryPackQueueCapacity() ([]byte, error) {
	return task.abi.Pack("queueCapacity")
}

// UnpackQueueCapacity is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x90fdb20c.
//
// Solidity: function queueCapacity() view returns(uint256)
func (task *Task) UnpackQueueCapacity(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("queueCapacity", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackQueueLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xab91c7b0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queueLength() view returns(uint256)
func (task *Task) PackQueueLength() []byte {
	enc, err := task.abi.Pack("queueLength")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueueLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xab91c7b0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queueLength() view returns(uint256)
func (task *Task) TryPackQueueLength() ([]byte, error) {
	return task.abi.Pack("queueLength")
}

// UnpackQueueLength is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xab91c7b0.
//
// Solidity: function queueLength() view returns(uint256)
func (task *Task) UnpackQueueLength(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("queueLength", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackQueuePosition is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd5faaace.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queuePosition(uint256 taskId) view returns(uint256)
func (task *Task) PackQueuePosition(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("queuePosition", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueuePosition is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd5faaace.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queuePosition(uint256 taskId) view returns(uint256)
func (task *Task) TryPackQueuePosition(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("queuePosition", taskId)
}

// UnpackQueuePosition is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd5faaace.
//
// Solidity: function queuePosition(uint256 taskId) view returns(uint256)
func (task *Task) UnpackQueuePosition(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("queuePosition", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function renounceOwnership() returns()
func (task *Task) PackRenounceOwnership() []byte {
	enc, err := task.abi.Pack("renounceOwnership")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function renounceOwnership() returns()
func (task *Task) TryPackRenounceOwnership() ([]byte, error) {
	return task.abi.Pack("renounceOwnership")
}

// PackReveal is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38af1c79.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reveal(uint256 taskId, uint8 seat, (bytes32,uint8,uint8,bytes,bytes32,bytes32) opening, bytes signature, bytes storageSignature) returns()
func (task *Task) PackReveal(taskId *big.Int, seat uint8, opening Reveal, signature []byte, storageSignature []byte) []byte {
	enc, err := task.abi.Pack("reveal", taskId, seat, opening, signature, storageSignature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReveal is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38af1c79.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reveal(uint256 taskId, uint8 seat, (bytes32,uint8,uint8,bytes,bytes32,bytes32) opening, bytes signature, bytes storageSignature) returns()
func (task *Task) TryPackReveal(taskId *big.Int, seat uint8, opening Reveal, signature []byte, storageSignature []byte) ([]byte, error) {
	return task.abi.Pack("reveal", taskId, seat, opening, signature, storageSignature)
}

// PackSetRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e82449d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setRelay(address relay, bool registered) returns()
func (task *Task) PackSetRelay(relay common.Address, registered bool) []byte {
	enc, err := task.abi.Pack("setRelay", relay, registered)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e82449d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setRelay(address relay, bool registered) returns()
func (task *Task) TryPackSetRelay(relay common.Address, registered bool) ([]byte, error) {
	return task.abi.Pack("setRelay", relay, registered)
}

// PackTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17751a21.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function task(uint256 taskId) view returns((uint8,uint8,uint8,address,bytes32,bytes32,bytes32,uint256,uint32,uint16,address[3],bytes32[3],bool[3],(uint64,uint64)) info)
func (task *Task) PackTask(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("task", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17751a21.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function task(uint256 taskId) view returns((uint8,uint8,uint8,address,bytes32,bytes32,bytes32,uint256,uint32,uint16,address[3],bytes32[3],bool[3],(uint64,uint64)) info)
func (task *Task) TryPackTask(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("task", taskId)
}

// UnpackTask is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x17751a21.
//
// Solidity: function task(uint256 taskId) view returns((uint8,uint8,uint8,address,bytes32,bytes32,bytes32,uint256,uint32,uint16,address[3],bytes32[3],bool[3],(uint64,uint64)) info)
func (task *Task) UnpackTask(data []byte) (TaskInfo, error) {
	out, err := task.abi.Unpack("task", data)
	if err != nil {
		return *new(TaskInfo), err
	}
	out0 := *abi.ConvertType(out[0], new(TaskInfo)).(*TaskInfo)
	return out0, nil
}

// PackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token() view returns(address)
func (task *Task) PackToken() []byte {
	enc, err := task.abi.Pack("token")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token() view returns(address)
func (task *Task) TryPackToken() ([]byte, error) {
	return task.abi.Pack("token")
}

// UnpackToken is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfc0c546a.
//
// Solidity: function token() view returns(address)
func (task *Task) UnpackToken(data []byte) (common.Address, error) {
	out, err := task.abi.Unpack("token", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (task *Task) PackTransferOwnership(newOwner common.Address) []byte {
	enc, err := task.abi.Pack("transferOwnership", newOwner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (task *Task) TryPackTransferOwnership(newOwner common.Address) ([]byte, error) {
	return task.abi.Pack("transferOwnership", newOwner)
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x51cff8d9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(address account) returns(uint256 amount)
func (task *Task) PackWithdraw(account common.Address) []byte {
	enc, err := task.abi.Pack("withdraw", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x51cff8d9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(address account) returns(uint256 amount)
func (task *Task) TryPackWithdraw(account common.Address) ([]byte, error) {
	return task.abi.Pack("withdraw", account)
}

// UnpackWithdraw is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x51cff8d9.
//
// Solidity: function withdraw(address account) returns(uint256 amount)
func (task *Task) UnpackWithdraw(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("withdraw", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// TaskCommitmentsComplete represents a CommitmentsComplete event raised by the Task contract.
type TaskCommitmentsComplete struct {
	TaskId   *big.Int
	RevealBy uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const TaskCommitmentsCompleteEventName = "CommitmentsComplete"

// ContractEventName returns the user-defined event name.
func (TaskCommitmentsComplete) ContractEventName() string {
	return TaskCommitmentsCompleteEventName
}

// UnpackCommitmentsCompleteEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CommitmentsComplete(uint256 indexed taskId, uint64 revealBy)
func (task *Task) UnpackCommitmentsCompleteEvent(log *types.Log) (*TaskCommitmentsComplete, error) {
	event := "CommitmentsComplete"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskCommitmentsComplete)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskCommitted represents a Committed event raised by the Task contract.
type TaskCommitted struct {
	TaskId     *big.Int
	Node       common.Address
	Seat       uint8
	Commitment [32]byte
	Raw        *types.Log // Blockchain specific contextual infos
}

const TaskCommittedEventName = "Committed"

// ContractEventName returns the user-defined event name.
func (TaskCommitted) ContractEventName() string {
	return TaskCommittedEventName
}

// UnpackCommittedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Committed(uint256 indexed taskId, address indexed node, uint8 seat, bytes32 commitment)
func (task *Task) UnpackCommittedEvent(log *types.Log) (*TaskCommitted, error) {
	event := "Committed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskCommitted)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskCreatorRefunded represents a CreatorRefunded event raised by the Task contract.
type TaskCreatorRefunded struct {
	TaskId  *big.Int
	Creator common.Address
	Amount  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TaskCreatorRefundedEventName = "CreatorRefunded"

// ContractEventName returns the user-defined event name.
func (TaskCreatorRefunded) ContractEventName() string {
	return TaskCreatorRefundedEventName
}

// UnpackCreatorRefundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CreatorRefunded(uint256 indexed taskId, address indexed creator, uint256 amount)
func (task *Task) UnpackCreatorRefundedEvent(log *types.Log) (*TaskCreatorRefunded, error) {
	event := "CreatorRefunded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskCreatorRefunded)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskEIP712DomainChanged represents a EIP712DomainChanged event raised by the Task contract.
type TaskEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const TaskEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (TaskEIP712DomainChanged) ContractEventName() string {
	return TaskEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (task *Task) UnpackEIP712DomainChangedEvent(log *types.Log) (*TaskEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskNodeDeviated represents a NodeDeviated event raised by the Task contract.
type TaskNodeDeviated struct {
	TaskId *big.Int
	Node   common.Address
	Stake  *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskNodeDeviatedEventName = "NodeDeviated"

// ContractEventName returns the user-defined event name.
func (TaskNodeDeviated) ContractEventName() string {
	return TaskNodeDeviatedEventName
}

// UnpackNodeDeviatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeDeviated(uint256 indexed taskId, address indexed node, uint256 stake)
func (task *Task) UnpackNodeDeviatedEvent(log *types.Log) (*TaskNodeDeviated, error) {
	event := "NodeDeviated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskNodeDeviated)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskNodePaid represents a NodePaid event raised by the Task contract.
type TaskNodePaid struct {
	TaskId *big.Int
	Node   common.Address
	Payout common.Address
	Amount *big.Int
	Score  uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskNodePaidEventName = "NodePaid"

// ContractEventName returns the user-defined event name.
func (TaskNodePaid) ContractEventName() string {
	return TaskNodePaidEventName
}

// UnpackNodePaidEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodePaid(uint256 indexed taskId, address indexed node, address indexed payout, uint256 amount, uint8 score)
func (task *Task) UnpackNodePaidEvent(log *types.Log) (*TaskNodePaid, error) {
	event := "NodePaid"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskNodePaid)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskNodeReleased represents a NodeReleased event raised by the Task contract.
type TaskNodeReleased struct {
	TaskId *big.Int
	Node   common.Address
	Score  uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskNodeReleasedEventName = "NodeReleased"

// ContractEventName returns the user-defined event name.
func (TaskNodeReleased) ContractEventName() string {
	return TaskNodeReleasedEventName
}

// UnpackNodeReleasedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeReleased(uint256 indexed taskId, address indexed node, uint8 score)
func (task *Task) UnpackNodeReleasedEvent(log *types.Log) (*TaskNodeReleased, error) {
	event := "NodeReleased"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskNodeReleased)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskOwnershipTransferred represents a OwnershipTransferred event raised by the Task contract.
type TaskOwnershipTransferred struct {
	PreviousOwner common.Address
	NewOwner      common.Address
	Raw           *types.Log // Blockchain specific contextual infos
}

const TaskOwnershipTransferredEventName = "OwnershipTransferred"

// ContractEventName returns the user-defined event name.
func (TaskOwnershipTransferred) ContractEventName() string {
	return TaskOwnershipTransferredEventName
}

// UnpackOwnershipTransferredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)
func (task *Task) UnpackOwnershipTransferredEvent(log *types.Log) (*TaskOwnershipTransferred, error) {
	event := "OwnershipTransferred"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskOwnershipTransferred)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskRelaySet represents a RelaySet event raised by the Task contract.
type TaskRelaySet struct {
	Relay      common.Address
	Registered bool
	Raw        *types.Log // Blockchain specific contextual infos
}

const TaskRelaySetEventName = "RelaySet"

// ContractEventName returns the user-defined event name.
func (TaskRelaySet) ContractEventName() string {
	return TaskRelaySetEventName
}

// UnpackRelaySetEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event RelaySet(address indexed relay, bool registered)
func (task *Task) UnpackRelaySetEvent(log *types.Log) (*TaskRelaySet, error) {
	event := "RelaySet"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskRelaySet)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskRevealed represents a Revealed event raised by the Task contract.
type TaskRevealed struct {
	TaskId         *big.Int
	Node           common.Address
	Seat           uint8
	Kind           uint8
	Result         []byte
	Nonce          [32]byte
	CiphertextHash [32]byte
	Raw            *types.Log // Blockchain specific contextual infos
}

const TaskRevealedEventName = "Revealed"

// ContractEventName returns the user-defined event name.
func (TaskRevealed) ContractEventName() string {
	return TaskRevealedEventName
}

// UnpackRevealedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Revealed(uint256 indexed taskId, address indexed node, uint8 seat, uint8 kind, bytes result, bytes32 nonce, bytes32 ciphertextHash)
func (task *Task) UnpackRevealedEvent(log *types.Log) (*TaskRevealed, error) {
	event := "Revealed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskRevealed)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskCreated represents a TaskCreated event raised by the Task contract.
type TaskTaskCreated struct {
	TaskId    *big.Int
	Creator   common.Address
	TaskType  uint8
	ArgsHash  [32]byte
	ModelKey  [32]byte
	MinVramGB uint16
	Units     uint32
	Images    uint16
	Fee       *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const TaskTaskCreatedEventName = "TaskCreated"

// ContractEventName returns the user-defined event name.
func (TaskTaskCreated) ContractEventName() string {
	return TaskTaskCreatedEventName
}

// UnpackTaskCreatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskCreated(uint256 indexed taskId, address indexed creator, uint8 taskType, bytes32 argsHash, bytes32 modelKey, uint16 minVramGB, uint32 units, uint16 images, uint256 fee)
func (task *Task) UnpackTaskCreatedEvent(log *types.Log) (*TaskTaskCreated, error) {
	event := "TaskCreated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskCreated)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskDrawn represents a TaskDrawn event raised by the Task contract.
type TaskTaskDrawn struct {
	TaskId   *big.Int
	ClassId  [32]byte
	TaskKey  [32]byte
	Nodes    [3]common.Address
	CommitBy uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const TaskTaskDrawnEventName = "TaskDrawn"

// ContractEventName returns the user-defined event name.
func (TaskTaskDrawn) ContractEventName() string {
	return TaskTaskDrawnEventName
}

// UnpackTaskDrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskDrawn(uint256 indexed taskId, bytes32 indexed classId, bytes32 taskKey, address[3] nodes, uint64 commitBy)
func (task *Task) UnpackTaskDrawnEvent(log *types.Log) (*TaskTaskDrawn, error) {
	event := "TaskDrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskDrawn)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskEnded represents a TaskEnded event raised by the Task contract.
type TaskTaskEnded struct {
	TaskId  *big.Int
	Outcome uint8
	Kind    uint8
	Result  []byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const TaskTaskEndedEventName = "TaskEnded"

// ContractEventName returns the user-defined event name.
func (TaskTaskEnded) ContractEventName() string {
	return TaskTaskEndedEventName
}

// UnpackTaskEndedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskEnded(uint256 indexed taskId, uint8 outcome, uint8 kind, bytes result)
func (task *Task) UnpackTaskEndedEvent(log *types.Log) (*TaskTaskEnded, error) {
	event := "TaskEnded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskEnded)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskQueued represents a TaskQueued event raised by the Task contract.
type TaskTaskQueued struct {
	TaskId *big.Int
	Value  *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskTaskQueuedEventName = "TaskQueued"

// ContractEventName returns the user-defined event name.
func (TaskTaskQueued) ContractEventName() string {
	return TaskTaskQueuedEventName
}

// UnpackTaskQueuedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskQueued(uint256 indexed taskId, uint256 value)
func (task *Task) UnpackTaskQueuedEvent(log *types.Log) (*TaskTaskQueued, error) {
	event := "TaskQueued"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskQueued)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskWithdrawn represents a Withdrawn event raised by the Task contract.
type TaskWithdrawn struct {
	Account common.Address
	Amount  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TaskWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (TaskWithdrawn) ContractEventName() string {
	return TaskWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed account, uint256 amount)
func (task *Task) UnpackWithdrawnEvent(log *types.Log) (*TaskWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskWithdrawn)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (task *Task) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], task.abi.Errors["AlreadyCommitted"].ID.Bytes()[:4]) {
		return task.UnpackAlreadyCommittedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["AlreadyRevealed"].ID.Bytes()[:4]) {
		return task.UnpackAlreadyRevealedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["CloseTooEarly"].ID.Bytes()[:4]) {
		return task.UnpackCloseTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["CommitTooLate"].ID.Bytes()[:4]) {
		return task.UnpackCommitTooLateError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["DispatchTooEarly"].ID.Bytes()[:4]) {
		return task.UnpackDispatchTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["FeeTooLow"].ID.Bytes()[:4]) {
		return task.UnpackFeeTooLowError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidCommitment"].ID.Bytes()[:4]) {
		return task.UnpackInvalidCommitmentError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidParams"].ID.Bytes()[:4]) {
		return task.UnpackInvalidParamsError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidResult"].ID.Bytes()[:4]) {
		return task.UnpackInvalidResultError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidSeat"].ID.Bytes()[:4]) {
		return task.UnpackInvalidSeatError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return task.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidUnits"].ID.Bytes()[:4]) {
		return task.UnpackInvalidUnitsError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NoClassFits"].ID.Bytes()[:4]) {
		return task.UnpackNoClassFitsError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NoFreeNodes"].ID.Bytes()[:4]) {
		return task.UnpackNoFreeNodesError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotCommitted"].ID.Bytes()[:4]) {
		return task.UnpackNotCommittedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotCreator"].ID.Bytes()[:4]) {
		return task.UnpackNotCreatorError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotNext"].ID.Bytes()[:4]) {
		return task.UnpackNotNextError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotStored"].ID.Bytes()[:4]) {
		return task.UnpackNotStoredError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["OnlyPlainAccount"].ID.Bytes()[:4]) {
		return task.UnpackOnlyPlainAccountError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["OwnableInvalidOwner"].ID.Bytes()[:4]) {
		return task.UnpackOwnableInvalidOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["OwnableUnauthorizedAccount"].ID.Bytes()[:4]) {
		return task.UnpackOwnableUnauthorizedAccountError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["QueueFull"].ID.Bytes()[:4]) {
		return task.UnpackQueueFullError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["RevealTooEarly"].ID.Bytes()[:4]) {
		return task.UnpackRevealTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return task.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return task.UnpackStringTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["TaskTypeNotServed"].ID.Bytes()[:4]) {
		return task.UnpackTaskTypeNotServedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["WrongOpening"].ID.Bytes()[:4]) {
		return task.UnpackWrongOpeningError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["WrongSigner"].ID.Bytes()[:4]) {
		return task.UnpackWrongSignerError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["WrongStatus"].ID.Bytes()[:4]) {
		return task.UnpackWrongStatusError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TaskAlreadyCommitted represents a AlreadyCommitted error raised by the Task contract.
type TaskAlreadyCommitted struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyCommitted(uint256 taskId, uint8 seat)
func TaskAlreadyCommittedErrorID() common.Hash {
	return common.HexToHash("0xce02b0568721ce1bff7276a202f766ac5b7fb03b90c1ac2f19676d43cd055612")
}

// UnpackAlreadyCommittedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyCommitted(uint256 taskId, uint8 seat)
func (task *Task) UnpackAlreadyCommittedError(raw []byte) (*TaskAlreadyCommitted, error) {
	out := new(TaskAlreadyCommitted)
	if err := task.abi.UnpackIntoInterface(out, "AlreadyCommitted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskAlreadyRevealed represents a AlreadyRevealed error raised by the Task contract.
type TaskAlreadyRevealed struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyRevealed(uint256 taskId, uint8 seat)
func TaskAlreadyRevealedErrorID() common.Hash {
	return common.HexToHash("0x89a301c82c1c9451b83424ec0d8b3cc6c72eebe189bf152b8b1973f6c9378bba")
}

// UnpackAlreadyRevealedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyRevealed(uint256 taskId, uint8 seat)
func (task *Task) UnpackAlreadyRevealedError(raw []byte) (*TaskAlreadyRevealed, error) {
	out := new(TaskAlreadyRevealed)
	if err := task.abi.UnpackIntoInterface(out, "AlreadyRevealed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskCloseTooEarly represents a CloseTooEarly error raised by the Task contract.
type TaskCloseTooEarly struct {
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CloseTooEarly(uint64 deadline)
func TaskCloseTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xf6fabfae8a7dd9bc41eaa22cda224bc49f2d1f8e2d2582d3a446115d9dc1218f")
}

// UnpackCloseTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CloseTooEarly(uint64 deadline)
func (task *Task) UnpackCloseTooEarlyError(raw []byte) (*TaskCloseTooEarly, error) {
	out := new(TaskCloseTooEarly)
	if err := task.abi.UnpackIntoInterface(out, "CloseTooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskCommitTooLate represents a CommitTooLate error raised by the Task contract.
type TaskCommitTooLate struct {
	CommitBy uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CommitTooLate(uint64 commitBy)
func TaskCommitTooLateErrorID() common.Hash {
	return common.HexToHash("0x08f28f16a0cd46c765e4c90ddf5205ad84504aa9b77617dc1c7adcf203683fa3")
}

// UnpackCommitTooLateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CommitTooLate(uint64 commitBy)
func (task *Task) UnpackCommitTooLateError(raw []byte) (*TaskCommitTooLate, error) {
	out := new(TaskCommitTooLate)
	if err := task.abi.UnpackIntoInterface(out, "CommitTooLate", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskDispatchTooEarly represents a DispatchTooEarly error raised by the Task contract.
type TaskDispatchTooEarly struct {
	TaskId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DispatchTooEarly(uint256 taskId)
func TaskDispatchTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xa786944c77d44dd8bbba16c70ffd254b633ccd1cdd501d1a937f7236b3a4bcf1")
}

// UnpackDispatchTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DispatchTooEarly(uint256 taskId)
func (task *Task) UnpackDispatchTooEarlyError(raw []byte) (*TaskDispatchTooEarly, error) {
	out := new(TaskDispatchTooEarly)
	if err := task.abi.UnpackIntoInterface(out, "DispatchTooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskFeeTooLow represents a FeeTooLow error raised by the Task contract.
type TaskFeeTooLow struct {
	Fee     *big.Int
	Minimum *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FeeTooLow(uint256 fee, uint256 minimum)
func TaskFeeTooLowErrorID() common.Hash {
	return common.HexToHash("0xf04f3db281357fe66c8cdb6010552fb4fc5fa45b6647fc12b290172e5583e248")
}

// UnpackFeeTooLowError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FeeTooLow(uint256 fee, uint256 minimum)
func (task *Task) UnpackFeeTooLowError(raw []byte) (*TaskFeeTooLow, error) {
	out := new(TaskFeeTooLow)
	if err := task.abi.UnpackIntoInterface(out, "FeeTooLow", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidCommitment represents a InvalidCommitment error raised by the Task contract.
type TaskInvalidCommitment struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidCommitment(uint256 taskId, uint8 seat)
func TaskInvalidCommitmentErrorID() common.Hash {
	return common.HexToHash("0x15c6e57d1ec45b38c05dec375d84162cd785efc9149efebc2132a3e4f0df1040")
}

// UnpackInvalidCommitmentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidCommitment(uint256 taskId, uint8 seat)
func (task *Task) UnpackInvalidCommitmentError(raw []byte) (*TaskInvalidCommitment, error) {
	out := new(TaskInvalidCommitment)
	if err := task.abi.UnpackIntoInterface(out, "InvalidCommitment", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidParams represents a InvalidParams error raised by the Task contract.
type TaskInvalidParams struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidParams(string field)
func TaskInvalidParamsErrorID() common.Hash {
	return common.HexToHash("0xa8c278dd678025fcd1ba899b5c9701b4f3cde35c26cff3abbdc63ff5ceeeb107")
}

// UnpackInvalidParamsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidParams(string field)
func (task *Task) UnpackInvalidParamsError(raw []byte) (*TaskInvalidParams, error) {
	out := new(TaskInvalidParams)
	if err := task.abi.UnpackIntoInterface(out, "InvalidParams", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidResult represents a InvalidResult error raised by the Task contract.
type TaskInvalidResult struct {
	Kind   uint8
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidResult(uint8 kind, uint256 length)
func TaskInvalidResultErrorID() common.Hash {
	return common.HexToHash("0x83b5a1a90dae5f2bcd4213a7c8b4e94fbae0249b5f5a27da9b5679691fca48ca")
}

// UnpackInvalidResultError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidResult(uint8 kind, uint256 length)
func (task *Task) UnpackInvalidResultError(raw []byte) (*TaskInvalidResult, error) {
	out := new(TaskInvalidResult)
	if err := task.abi.UnpackIntoInterface(out, "InvalidResult", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidSeat represents a InvalidSeat error raised by the Task contract.
type TaskInvalidSeat struct {
	Seat uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidSeat(uint8 seat)
func TaskInvalidSeatErrorID() common.Hash {
	return common.HexToHash("0x615b8b5863bfba477cbd82a973fb578985d4aa3d4b38b705e521393871efd542")
}

// UnpackInvalidSeatError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidSeat(uint8 seat)
func (task *Task) UnpackInvalidSeatError(raw []byte) (*TaskInvalidSeat, error) {
	out := new(TaskInvalidSeat)
	if err := task.abi.UnpackIntoInterface(out, "InvalidSeat", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidShortString represents a InvalidShortString error raised by the Task contract.
type TaskInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func TaskInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (task *Task) UnpackInvalidShortStringError(raw []byte) (*TaskInvalidShortString, error) {
	out := new(TaskInvalidShortString)
	if err := task.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidUnits represents a InvalidUnits error raised by the Task contract.
type TaskInvalidUnits struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidUnits()
func TaskInvalidUnitsErrorID() common.Hash {
	return common.HexToHash("0x7219e1181eae755c3bfd4ffa33967b1cca40d546cf25871c8f4ffd17f1fcd170")
}

// UnpackInvalidUnitsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidUnits()
func (task *Task) UnpackInvalidUnitsError(raw []byte) (*TaskInvalidUnits, error) {
	out := new(TaskInvalidUnits)
	if err := task.abi.UnpackIntoInterface(out, "InvalidUnits", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNoClassFits represents a NoClassFits error raised by the Task contract.
type TaskNoClassFits struct {
	MinVramGB uint16
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoClassFits(uint16 minVramGB)
func TaskNoClassFitsErrorID() common.Hash {
	return common.HexToHash("0xe60a074abfb167f591dbd45508a94c51cc9e0474709a94cebc64bee1e2dd742b")
}

// UnpackNoClassFitsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoClassFits(uint16 minVramGB)
func (task *Task) UnpackNoClassFitsError(raw []byte) (*TaskNoClassFits, error) {
	out := new(TaskNoClassFits)
	if err := task.abi.UnpackIntoInterface(out, "NoClassFits", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNoFreeNodes represents a NoFreeNodes error raised by the Task contract.
type TaskNoFreeNodes struct {
	TaskId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoFreeNodes(uint256 taskId)
func TaskNoFreeNodesErrorID() common.Hash {
	return common.HexToHash("0xb138e14c44eedccaa216c01dfe25ec97b109dc5e77e280a281b4b11d9849c675")
}

// UnpackNoFreeNodesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoFreeNodes(uint256 taskId)
func (task *Task) UnpackNoFreeNodesError(raw []byte) (*TaskNoFreeNodes, error) {
	out := new(TaskNoFreeNodes)
	if err := task.abi.UnpackIntoInterface(out, "NoFreeNodes", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotCommitted represents a NotCommitted error raised by the Task contract.
type TaskNotCommitted struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotCommitted(uint256 taskId, uint8 seat)
func TaskNotCommittedErrorID() common.Hash {
	return common.HexToHash("0x34f084a131d613b8767be30183c27918c9bccfa53b2df2f9fbea2c01ed35c020")
}

// UnpackNotCommittedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotCommitted(uint256 taskId, uint8 seat)
func (task *Task) UnpackNotCommittedError(raw []byte) (*TaskNotCommitted, error) {
	out := new(TaskNotCommitted)
	if err := task.abi.UnpackIntoInterface(out, "NotCommitted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotCreator represents a NotCreator error raised by the Task contract.
type TaskNotCreator struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotCreator(address caller)
func TaskNotCreatorErrorID() common.Hash {
	return common.HexToHash("0xc66f47bf350ee1bf9e0c1be02671afd9da5d2da4e1459cba22a80a2a2a689a52")
}

// UnpackNotCreatorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotCreator(address caller)
func (task *Task) UnpackNotCreatorError(raw []byte) (*TaskNotCreator, error) {
	out := new(TaskNotCreator)
	if err := task.abi.UnpackIntoInterface(out, "NotCreator", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotNext represents a NotNext error raised by the Task contract.
type TaskNotNext struct {
	TaskId *big.Int
	Older  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotNext(uint256 taskId, uint256 older)
func TaskNotNextErrorID() common.Hash {
	return common.HexToHash("0x43a3a91352d19979e3aeaf863555d411646347954dea8a14309ca4d2b3b0abe1")
}

// UnpackNotNextError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotNext(uint256 taskId, uint256 older)
func (task *Task) UnpackNotNextError(raw []byte) (*TaskNotNext, error) {
	out := new(TaskNotNext)
	if err := task.abi.UnpackIntoInterface(out, "NotNext", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotStored represents a NotStored error raised by the Task contract.
type TaskNotStored struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotStored(uint256 taskId, uint8 seat)
func TaskNotStoredErrorID() common.Hash {
	return common.HexToHash("0x47588d1b8be964a2e7816b5cbab1ac00849dbd59c9e9baee3f4c52e8b931390d")
}

// UnpackNotStoredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotStored(uint256 taskId, uint8 seat)
func (task *Task) UnpackNotStoredError(raw []byte) (*TaskNotStored, error) {
	out := new(TaskNotStored)
	if err := task.abi.UnpackIntoInterface(out, "NotStored", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskOnlyPlainAccount represents a OnlyPlainAccount error raised by the Task contract.
type TaskOnlyPlainAccount struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyPlainAccount(address caller)
func TaskOnlyPlainAccountErrorID() common.Hash {
	return common.HexToHash("0xa7a17234435cd87f0b31c10e94964d56fbc682f42f5c7ae36f856655dbe2d02e")
}

// UnpackOnlyPlainAccountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyPlainAccount(address caller)
func (task *Task) UnpackOnlyPlainAccountError(raw []byte) (*TaskOnlyPlainAccount, error) {
	out := new(TaskOnlyPlainAccount)
	if err := task.abi.UnpackIntoInterface(out, "OnlyPlainAccount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskOwnableInvalidOwner represents a OwnableInvalidOwner error raised by the Task contract.
type TaskOwnableInvalidOwner struct {
	Owner common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableInvalidOwner(address owner)
func TaskOwnableInvalidOwnerErrorID() common.Hash {
	return common.HexToHash("0x1e4fbdf7f3ef8bcaa855599e3abf48b232380f183f08f6f813d9ffa5bd585188")
}

// UnpackOwnableInvalidOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableInvalidOwner(address owner)
func (task *Task) UnpackOwnableInvalidOwnerError(raw []byte) (*TaskOwnableInvalidOwner, error) {
	out := new(TaskOwnableInvalidOwner)
	if err := task.abi.UnpackIntoInterface(out, "OwnableInvalidOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskOwnableUnauthorizedAccount represents a OwnableUnauthorizedAccount error raised by the Task contract.
type TaskOwnableUnauthorizedAccount struct {
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func TaskOwnableUnauthorizedAccountErrorID() common.Hash {
	return common.HexToHash("0x118cdaa7a341953d1887a2245fd6665d741c67c8c50581daa59e1d03373fa188")
}

// UnpackOwnableUnauthorizedAccountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func (task *Task) UnpackOwnableUnauthorizedAccountError(raw []byte) (*TaskOwnableUnauthorizedAccount, error) {
	out := new(TaskOwnableUnauthorizedAccount)
	if err := task.abi.UnpackIntoInterface(out, "OwnableUnauthorizedAccount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskQueueFull represents a QueueFull error raised by the Task contract.
type TaskQueueFull struct {
	Capacity *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error QueueFull(uint256 capacity)
func TaskQueueFullErrorID() common.Hash {
	return common.HexToHash("0x2d89a8e2e83ecdea0361aeb3b64c2eb7b30273ef9ba08c7e16cd64dd09ad577a")
}

// UnpackQueueFullError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error QueueFull(uint256 capacity)
func (task *Task) UnpackQueueFullError(raw []byte) (*TaskQueueFull, error) {
	out := new(TaskQueueFull)
	if err := task.abi.UnpackIntoInterface(out, "QueueFull", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskRevealTooEarly represents a RevealTooEarly error raised by the Task contract.
type TaskRevealTooEarly struct {
	TaskId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RevealTooEarly(uint256 taskId)
func TaskRevealTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xee66961928e2835f26d19a8283d92864fa3c9a1765b7c484090574bb98835569")
}

// UnpackRevealTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RevealTooEarly(uint256 taskId)
func (task *Task) UnpackRevealTooEarlyError(raw []byte) (*TaskRevealTooEarly, error) {
	out := new(TaskRevealTooEarly)
	if err := task.abi.UnpackIntoInterface(out, "RevealTooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Task contract.
type TaskSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func TaskSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (task *Task) UnpackSafeERC20FailedOperationError(raw []byte) (*TaskSafeERC20FailedOperation, error) {
	out := new(TaskSafeERC20FailedOperation)
	if err := task.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskStringTooLong represents a StringTooLong error raised by the Task contract.
type TaskStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func TaskStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (task *Task) UnpackStringTooLongError(raw []byte) (*TaskStringTooLong, error) {
	out := new(TaskStringTooLong)
	if err := task.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskTaskTypeNotServed represents a TaskTypeNotServed error raised by the Task contract.
type TaskTaskTypeNotServed struct {
	TaskType uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TaskTypeNotServed(uint8 taskType)
func TaskTaskTypeNotServedErrorID() common.Hash {
	return common.HexToHash("0x50affca07932bc2f7d27a353f840b9cc83eaa30615094eb2ae3601f885fe9175")
}

// UnpackTaskTypeNotServedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TaskTypeNotServed(uint8 taskType)
func (task *Task) UnpackTaskTypeNotServedError(raw []byte) (*TaskTaskTypeNotServed, error) {
	out := new(TaskTaskTypeNotServed)
	if err := task.abi.UnpackIntoInterface(out, "TaskTypeNotServed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskWrongOpening represents a WrongOpening error raised by the Task contract.
type TaskWrongOpening struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongOpening(uint256 taskId, uint8 seat)
func TaskWrongOpeningErrorID() common.Hash {
	return common.HexToHash("0x73aab90d94c98403bc92a89e2f29687f34cbe2fec2be0a33c05a11300b083cc7")
}

// UnpackWrongOpeningError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongOpening(uint256 taskId, uint8 seat)
func (task *Task) UnpackWrongOpeningError(raw []byte) (*TaskWrongOpening, error) {
	out := new(TaskWrongOpening)
	if err := task.abi.UnpackIntoInterface(out, "WrongOpening", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskWrongSigner represents a WrongSigner error raised by the Task contract.
type TaskWrongSigner struct {
	Recovered common.Address
	Expected  common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSigner(address recovered, address expected)
func TaskWrongSignerErrorID() common.Hash {
	return common.HexToHash("0x366d29f7de543b1e5962d6f7315450f1f5ec3d853d28dca80282b4c242185268")
}

// UnpackWrongSignerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSigner(address recovered, address expected)
func (task *Task) UnpackWrongSignerError(raw []byte) (*TaskWrongSigner, error) {
	out := new(TaskWrongSigner)
	if err := task.abi.UnpackIntoInterface(out, "WrongSigner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskWrongStatus represents a WrongStatus error raised by the Task contract.
type TaskWrongStatus struct {
	TaskId *big.Int
	Status uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongStatus(uint256 taskId, uint8 status)
func TaskWrongStatusErrorID() common.Hash {
	return common.HexToHash("0xa5d15e1f94e40302e3f7050760870a95f04eb9d943cd2cb333833178258083d6")
}

// UnpackWrongStatusError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongStatus(uint256 taskId, uint8 status)
func (task *Task) UnpackWrongStatusError(raw []byte) (*TaskWrongStatus, error) {
	out := new(TaskWrongStatus)
	if err := task.abi.UnpackIntoInterface(out, "WrongStatus", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenMetaData contains all meta data concerning the Token contract.
var TokenMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"ECDSAInvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"ECDSAInvalidSignatureLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"ECDSAInvalidSignatureS\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSpender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"ERC2612ExpiredSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"ERC2612InvalidSigner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"currentNonce\",\"type\":\"uint256\"}],\"name\":\"InvalidAccountNonce\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"DOMAIN_SEPARATOR\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"permit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "e088a626a73b4fb3e5cfedc7300173fac8",
	Bin: "0x610160604052346104d4576040516100186040826104d8565b60068152602081016548656c69756d60d01b81526040519061003b6040836104d8565b600682526548656c69756d60d01b60208301526040519261005d6040856104d8565b60038452620869cb60eb1b60208501526040519361007c6040866104d8565b60018552603160f81b60208601908152845190946001600160401b0382116103cf5760035490600182811c921680156104ca575b60208310146103b15781601f849311610454575b50602090601f83116001146103ee575f926103e3575b50508160011b915f199060031b1c1916176003555b8051906001600160401b0382116103cf5760045490600182811c921680156103c5575b60208310146103b15781601f84931161033b575b50602090601f83116001146102d5575f926102ca575b50508160011b915f199060031b1c1916176004555b61015a816104fb565b61012052610167846104fb565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a081526101d060c0826104d8565b5190206080523060c05233156102b7576002546b0e0f6e19da3b3f46a3a8000081018091116102a357600255335f525f60205260405f206b0e0f6e19da3b3f46a3a8000081540190556040516b0e0f6e19da3b3f46a3a8000081525f7fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef60203393a3604051610b00908161056782396080518161087b015260a05181610938015260c05181610845015260e051816108ca015261010051816108f001526101205181610399015261014051816103c20152f35b634e487b7160e01b5f52601160045260245ffd5b63ec442f0560e01b5f525f60045260245ffd5b015190505f8061013c565b60045f9081528281209350601f198516905b818110610323575090846001959493921061030b575b505050811b01600455610151565b01515f1960f88460031b161c191690555f80806102fd565b929360206001819287860151815501950193016102e7565b828111156101265760045f52909150601f830160051c7f8a35acfbc15ff81a39ae7d344fd709f28e8600b4aa8c65c6b64bfe7fe36bd19b602085106103a9575b849392601f0160051c82900391015f5b828110610399575050610126565b5f8183015585945060010161038b565b5f915061037b565b634e487b7160e01b5f52602260045260245ffd5b91607f1691610112565b634e487b7160e01b5f52604160045260245ffd5b015190505f806100da565b60035f9081528281209350601f198516905b81811061043c5750908460019594939210610424575b505050811b016003556100ef565b01515f1960f88460031b161c191690555f8080610416565b92936020600181928786015181550195019301610400565b828111156100c45760035f52909150601f830160051c7fc2575a0e9e593c00f959f8c92f12db2869c3395a3b0502d05e2516446f71f85b602085106104c2575b849392601f0160051c82900391015f5b8281106104b25750506100c4565b5f818301558594506001016104a4565b5f9150610494565b91607f16916100b0565b5f80fd5b601f909101601f19168101906001600160401b038211908210176103cf57604052565b601f815111610526576020815191015160208210610517571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f3560e01c90816306fdde031461064757508063095ea7b31461062157806318160ddd1461060457806323b872dd14610525578063313ce5671461050a5780633644e515146104e857806370a08231146104b15780637ecebe001461047957806384b0196e1461038157806395d89b4114610275578063a9059cbb14610244578063d505accf146100ff5763dd62ed3e146100ab575f80fd5b346100fb5760403660031901126100fb576100c4610723565b6100cc610739565b6001600160a01b039182165f908152600160209081526040808320949093168252928352819020549051908152f35b5f80fd5b346100fb5760e03660031901126100fb57610118610723565b610120610739565b604435906064359260843560ff811681036100fb57844211610231576101f46101fd9160018060a01b03841696875f52600760205260405f20908154916001830190556040519060208201927f6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c984528a604084015260018060a01b038916606084015289608084015260a083015260c082015260c081526101c260e08261074f565b5190206101cd610842565b906040519161190160f01b83526002830152602282015260c43591604260a43592206109ff565b90929192610a8c565b6001600160a01b031684810361021a5750610218935061095e565b005b84906325c0072360e11b5f5260045260245260445ffd5b8463313c898160e11b5f5260045260245ffd5b346100fb5760403660031901126100fb5761026a610260610723565b6024359033610785565b602060405160018152f35b346100fb575f3660031901126100fb576040515f6004548060011c90600181168015610377575b6020831081146103635782855290811561033f57506001146102e1575b6102dd836102c98185038261074f565b6040519182916020835260208301906106ff565b0390f35b91905060045f527f8a35acfbc15ff81a39ae7d344fd709f28e8600b4aa8c65c6b64bfe7fe36bd19b915f905b808210610325575090915081016020016102c96102b9565b91926001816020925483858801015201910190929161030d565b60ff191660208086019190915291151560051b840190910191506102c990506102b9565b634e487b7160e01b5f52602260045260245ffd5b91607f169161029c565b346100fb575f3660031901126100fb5761041d6103bd7f00000000000000000000000000000000000000000000000000000000000000006109c1565b6103e67f00000000000000000000000000000000000000000000000000000000000000006109c1565b602061042b604051926103f9838561074f565b5f84525f368137604051958695600f60f81b875260e08588015260e08701906106ff565b9085820360408701526106ff565b4660608501523060808501525f60a085015283810360c08501528180845192838152019301915f5b82811061046257505050500390f35b835185528695509381019392810192600101610453565b346100fb5760203660031901126100fb576001600160a01b0361049a610723565b165f526007602052602060405f2054604051908152f35b346100fb5760203660031901126100fb576001600160a01b036104d2610723565b165f525f602052602060405f2054604051908152f35b346100fb575f3660031901126100fb576020610502610842565b604051908152f35b346100fb575f3660031901126100fb57602060405160128152f35b346100fb5760603660031901126100fb5761053e610723565b610546610739565b6001600160a01b0382165f818152600160209081526040808320338452909152902054909260443592915f198110610584575b5061026a9350610785565b8381106105e95784156105d65733156105c35761026a945f52600160205260405f2060018060a01b0333165f526020528360405f209103905584610579565b634a1406b160e11b5f525f60045260245ffd5b63e602df0560e01b5f525f60045260245ffd5b8390637dc7a0d960e11b5f523360045260245260445260645ffd5b346100fb575f3660031901126100fb576020600254604051908152f35b346100fb5760403660031901126100fb5761026a61063d610723565b602435903361095e565b346100fb575f3660031901126100fb575f6003548060011c906001811680156106f5575b6020831081146103635782855290811561033f5750600114610697576102dd836102c98185038261074f565b91905060035f527fc2575a0e9e593c00f959f8c92f12db2869c3395a3b0502d05e2516446f71f85b915f905b8082106106db575090915081016020016102c96102b9565b9192600181602092548385880101520191019092916106c3565b91607f169161066b565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b600435906001600160a01b03821682036100fb57565b602435906001600160a01b03821682036100fb57565b90601f8019910116810190811067ffffffffffffffff82111761077157604052565b634e487b7160e01b5f52604160045260245ffd5b6001600160a01b031690811561082f576001600160a01b031691821561081c57815f525f60205260405f205481811061080357817fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef92602092855f525f84520360405f2055845f525f825260405f20818154019055604051908152a3565b8263391434e360e21b5f5260045260245260445260645ffd5b63ec442f0560e01b5f525f60045260245ffd5b634b637e8f60e11b5f525f60045260245ffd5b307f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03161480610935575b1561089d577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261092f60c08261074f565b51902090565b507f00000000000000000000000000000000000000000000000000000000000000004614610874565b6001600160a01b03169081156105d6576001600160a01b03169182156105c35760207f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b92591835f526001825260405f20855f5282528060405f2055604051908152a3565b60ff811690601f82116109f057604051916109dd60408461074f565b6020808452838101919036833783525290565b632cd44ac360e21b5f5260045ffd5b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411610a81579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa15610a76575f516001600160a01b03811615610a6c57905f905f90565b505f906001905f90565b6040513d5f823e3d90fd5b5050505f9160039190565b6004811015610aec5780610a9e575050565b60018103610ab55763f645eedf60e01b5f5260045ffd5b60028103610ad0575063fce698f760e01b5f5260045260245ffd5b600314610ada5750565b6335e2f38360e21b5f5260045260245ffd5b634e487b7160e01b5f52602160045260245ffd",
}

// Token is an auto generated Go binding around an Ethereum contract.
type Token struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Token) GetABI() abi.ABI {
	return c.abi
}

// NewToken creates a new instance of Token.
func NewToken() *Token {
	parsed, err := TokenMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Token{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Token) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (token *Token) PackDOMAINSEPARATOR() []byte {
	enc, err := token.abi.Pack("DOMAIN_SEPARATOR")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (token *Token) TryPackDOMAINSEPARATOR() ([]byte, error) {
	return token.abi.Pack("DOMAIN_SEPARATOR")
}

// UnpackDOMAINSEPARATOR is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3644e515.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (token *Token) UnpackDOMAINSEPARATOR(data []byte) ([32]byte, error) {
	out, err := token.abi.Unpack("DOMAIN_SEPARATOR", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (token *Token) PackAllowance(owner common.Address, spender common.Address) []byte {
	enc, err := token.abi.Pack("allowance", owner, spender)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (token *Token) TryPackAllowance(owner common.Address, spender common.Address) ([]byte, error) {
	return token.abi.Pack("allowance", owner, spender)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (token *Token) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("allowance", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (token *Token) PackApprove(spender common.Address, value *big.Int) []byte {
	enc, err := token.abi.Pack("approve", spender, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (token *Token) TryPackApprove(spender common.Address, value *big.Int) ([]byte, error) {
	return token.abi.Pack("approve", spender, value)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (token *Token) UnpackApprove(data []byte) (bool, error) {
	out, err := token.abi.Unpack("approve", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (token *Token) PackBalanceOf(account common.Address) []byte {
	enc, err := token.abi.Pack("balanceOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (token *Token) TryPackBalanceOf(account common.Address) ([]byte, error) {
	return token.abi.Pack("balanceOf", account)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (token *Token) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() view returns(uint8)
func (token *Token) PackDecimals() []byte {
	enc, err := token.abi.Pack("decimals")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function decimals() view returns(uint8)
func (token *Token) TryPackDecimals() ([]byte, error) {
	return token.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (token *Token) UnpackDecimals(data []byte) (uint8, error) {
	out, err := token.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (token *Token) PackEip712Domain() []byte {
	enc, err := token.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (token *Token) TryPackEip712Domain() ([]byte, error) {
	return token.abi.Pack("eip712Domain")
}

// TokenEip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type TokenEip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (token *Token) UnpackEip712Domain(data []byte) (TokenEip712DomainOutput, error) {
	out, err := token.abi.Unpack("eip712Domain", data)
	outstruct := new(TokenEip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (token *Token) PackName() []byte {
	enc, err := token.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (token *Token) TryPackName() ([]byte, error) {
	return token.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (token *Token) UnpackName(data []byte) (string, error) {
	out, err := token.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (token *Token) PackNonces(owner common.Address) []byte {
	enc, err := token.abi.Pack("nonces", owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (token *Token) TryPackNonces(owner common.Address) ([]byte, error) {
	return token.abi.Pack("nonces", owner)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (token *Token) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (token *Token) PackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := token.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (token *Token) TryPackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return token.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (token *Token) PackSymbol() []byte {
	enc, err := token.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (token *Token) TryPackSymbol() ([]byte, error) {
	return token.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (token *Token) UnpackSymbol(data []byte) (string, error) {
	out, err := token.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (token *Token) PackTotalSupply() []byte {
	enc, err := token.abi.Pack("totalSupply")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalSupply() view returns(uint256)
func (token *Token) TryPackTotalSupply() ([]byte, error) {
	return token.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (token *Token) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("totalSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (token *Token) PackTransfer(to common.Address, value *big.Int) []byte {
	enc, err := token.abi.Pack("transfer", to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (token *Token) TryPackTransfer(to common.Address, value *big.Int) ([]byte, error) {
	return token.abi.Pack("transfer", to, value)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (token *Token) UnpackTransfer(data []byte) (bool, error) {
	out, err := token.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (token *Token) PackTransferFrom(from common.Address, to common.Address, value *big.Int) []byte {
	enc, err := token.abi.Pack("transferFrom", from, to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (token *Token) TryPackTransferFrom(from common.Address, to common.Address, value *big.Int) ([]byte, error) {
	return token.abi.Pack("transferFrom", from, to, value)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (token *Token) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := token.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// TokenApproval represents a Approval event raised by the Token contract.
type TokenApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TokenApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (TokenApproval) ContractEventName() string {
	return TokenApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (token *Token) UnpackApprovalEvent(log *types.Log) (*TokenApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != token.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TokenApproval)
	if len(log.Data) > 0 {
		if err := token.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range token.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TokenEIP712DomainChanged represents a EIP712DomainChanged event raised by the Token contract.
type TokenEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const TokenEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (TokenEIP712DomainChanged) ContractEventName() string {
	return TokenEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (token *Token) UnpackEIP712DomainChangedEvent(log *types.Log) (*TokenEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != token.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TokenEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := token.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range token.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TokenTransfer represents a Transfer event raised by the Token contract.
type TokenTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const TokenTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (TokenTransfer) ContractEventName() string {
	return TokenTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (token *Token) UnpackTransferEvent(log *types.Log) (*TokenTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != token.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TokenTransfer)
	if len(log.Data) > 0 {
		if err := token.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range token.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (token *Token) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], token.abi.Errors["ECDSAInvalidSignature"].ID.Bytes()[:4]) {
		return token.UnpackECDSAInvalidSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ECDSAInvalidSignatureLength"].ID.Bytes()[:4]) {
		return token.UnpackECDSAInvalidSignatureLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ECDSAInvalidSignatureS"].ID.Bytes()[:4]) {
		return token.UnpackECDSAInvalidSignatureSError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return token.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return token.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidApprover"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidApproverError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidSender"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidSenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidSpender"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidSpenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC2612ExpiredSignature"].ID.Bytes()[:4]) {
		return token.UnpackERC2612ExpiredSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC2612InvalidSigner"].ID.Bytes()[:4]) {
		return token.UnpackERC2612InvalidSignerError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["InvalidAccountNonce"].ID.Bytes()[:4]) {
		return token.UnpackInvalidAccountNonceError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return token.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return token.UnpackStringTooLongError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TokenECDSAInvalidSignature represents a ECDSAInvalidSignature error raised by the Token contract.
type TokenECDSAInvalidSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignature()
func TokenECDSAInvalidSignatureErrorID() common.Hash {
	return common.HexToHash("0xf645eedf0193584640b6b90cb9477e4c95b98636c148a891d4c0a146dc46e75a")
}

// UnpackECDSAInvalidSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignature()
func (token *Token) UnpackECDSAInvalidSignatureError(raw []byte) (*TokenECDSAInvalidSignature, error) {
	out := new(TokenECDSAInvalidSignature)
	if err := token.abi.UnpackIntoInterface(out, "ECDSAInvalidSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenECDSAInvalidSignatureLength represents a ECDSAInvalidSignatureLength error raised by the Token contract.
type TokenECDSAInvalidSignatureLength struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func TokenECDSAInvalidSignatureLengthErrorID() common.Hash {
	return common.HexToHash("0xfce698f7e8e5342cd615f641317bc45fe7e1e4a8b0a14dd1383ff8dc9c41917f")
}

// UnpackECDSAInvalidSignatureLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func (token *Token) UnpackECDSAInvalidSignatureLengthError(raw []byte) (*TokenECDSAInvalidSignatureLength, error) {
	out := new(TokenECDSAInvalidSignatureLength)
	if err := token.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenECDSAInvalidSignatureS represents a ECDSAInvalidSignatureS error raised by the Token contract.
type TokenECDSAInvalidSignatureS struct {
	S [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func TokenECDSAInvalidSignatureSErrorID() common.Hash {
	return common.HexToHash("0xd78bce0cccb935155ed6428d1c13e50b7f3550fd2b66b9fe266006fea4a5e1eb")
}

// UnpackECDSAInvalidSignatureSError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func (token *Token) UnpackECDSAInvalidSignatureSError(raw []byte) (*TokenECDSAInvalidSignatureS, error) {
	out := new(TokenECDSAInvalidSignatureS)
	if err := token.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureS", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the Token contract.
type TokenERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func TokenERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (token *Token) UnpackERC20InsufficientAllowanceError(raw []byte) (*TokenERC20InsufficientAllowance, error) {
	out := new(TokenERC20InsufficientAllowance)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the Token contract.
type TokenERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func TokenERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (token *Token) UnpackERC20InsufficientBalanceError(raw []byte) (*TokenERC20InsufficientBalance, error) {
	out := new(TokenERC20InsufficientBalance)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidApprover represents a ERC20InvalidApprover error raised by the Token contract.
type TokenERC20InvalidApprover struct {
	Approver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidApprover(address approver)
func TokenERC20InvalidApproverErrorID() common.Hash {
	return common.HexToHash("0xe602df05cc75712490294c6c104ab7c17f4030363910a7a2626411c6d3118847")
}

// UnpackERC20InvalidApproverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidApprover(address approver)
func (token *Token) UnpackERC20InvalidApproverError(raw []byte) (*TokenERC20InvalidApprover, error) {
	out := new(TokenERC20InvalidApprover)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidApprover", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the Token contract.
type TokenERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func TokenERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (token *Token) UnpackERC20InvalidReceiverError(raw []byte) (*TokenERC20InvalidReceiver, error) {
	out := new(TokenERC20InvalidReceiver)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidSender represents a ERC20InvalidSender error raised by the Token contract.
type TokenERC20InvalidSender struct {
	Sender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSender(address sender)
func TokenERC20InvalidSenderErrorID() common.Hash {
	return common.HexToHash("0x96c6fd1edd0cd6ef7ff0ecc0facdf53148dc0048b57fe58af65755250a7a96bd")
}

// UnpackERC20InvalidSenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSender(address sender)
func (token *Token) UnpackERC20InvalidSenderError(raw []byte) (*TokenERC20InvalidSender, error) {
	out := new(TokenERC20InvalidSender)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidSender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidSpender represents a ERC20InvalidSpender error raised by the Token contract.
type TokenERC20InvalidSpender struct {
	Spender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSpender(address spender)
func TokenERC20InvalidSpenderErrorID() common.Hash {
	return common.HexToHash("0x94280d62c347d8d9f4d59a76ea321452406db88df38e0c9da304f58b57b373a2")
}

// UnpackERC20InvalidSpenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSpender(address spender)
func (token *Token) UnpackERC20InvalidSpenderError(raw []byte) (*TokenERC20InvalidSpender, error) {
	out := new(TokenERC20InvalidSpender)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidSpender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC2612ExpiredSignature represents a ERC2612ExpiredSignature error raised by the Token contract.
type TokenERC2612ExpiredSignature struct {
	Deadline *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func TokenERC2612ExpiredSignatureErrorID() common.Hash {
	return common.HexToHash("0x627913023c184eaad13735d5a3d2657ae76ec9a872a70e0fc57522ef1a114d58")
}

// UnpackERC2612ExpiredSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func (token *Token) UnpackERC2612ExpiredSignatureError(raw []byte) (*TokenERC2612ExpiredSignature, error) {
	out := new(TokenERC2612ExpiredSignature)
	if err := token.abi.UnpackIntoInterface(out, "ERC2612ExpiredSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC2612InvalidSigner represents a ERC2612InvalidSigner error raised by the Token contract.
type TokenERC2612InvalidSigner struct {
	Signer common.Address
	Owner  common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func TokenERC2612InvalidSignerErrorID() common.Hash {
	return common.HexToHash("0x4b800e463b323b1d856edf9dec70329a639d13874a57f5c28219ff57128756db")
}

// UnpackERC2612InvalidSignerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func (token *Token) UnpackERC2612InvalidSignerError(raw []byte) (*TokenERC2612InvalidSigner, error) {
	out := new(TokenERC2612InvalidSigner)
	if err := token.abi.UnpackIntoInterface(out, "ERC2612InvalidSigner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenInvalidAccountNonce represents a InvalidAccountNonce error raised by the Token contract.
type TokenInvalidAccountNonce struct {
	Account      common.Address
	CurrentNonce *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func TokenInvalidAccountNonceErrorID() common.Hash {
	return common.HexToHash("0x752d88c0de02638abf10e8e31861e4c68dc1f3a1e7d840e580683f2c282bfc7a")
}

// UnpackInvalidAccountNonceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func (token *Token) UnpackInvalidAccountNonceError(raw []byte) (*TokenInvalidAccountNonce, error) {
	out := new(TokenInvalidAccountNonce)
	if err := token.abi.UnpackIntoInterface(out, "InvalidAccountNonce", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenInvalidShortString represents a InvalidShortString error raised by the Token contract.
type TokenInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func TokenInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (token *Token) UnpackInvalidShortStringError(raw []byte) (*TokenInvalidShortString, error) {
	out := new(TokenInvalidShortString)
	if err := token.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenStringTooLong represents a StringTooLong error raised by the Token contract.
type TokenStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func TokenStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (token *Token) UnpackStringTooLongError(raw []byte) (*TokenStringTooLong, error) {
	out := new(TokenStringTooLong)
	if err := token.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}
