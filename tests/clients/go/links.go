package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signedURL is a Query request as a link that anyone may follow for five minutes.
func signedURL(address string, pairs ...string) string {
	query := url.Values{"Version": {"2012-11-05"}, "X-Amz-Expires": {"300"}}
	for index := 0; index < len(pairs); index += 2 {
		query.Set(pairs[index], pairs[index+1])
	}
	request := must(http.NewRequest(http.MethodGet, address+"?"+query.Encode(), nil))
	empty := sha256.Sum256(nil)
	credentials := must(settings.Credentials.Retrieve(ctx))
	link, _, err := v4.NewSigner().PresignHTTP(
		ctx, credentials, request, hex.EncodeToString(empty[:]), "sqs", settings.Region, time.Now())
	return must(link, err)
}

func presigned() {
	made := queue("presigned", nil)
	answer := must(http.Get(signedURL(*made, "Action", "SendMessage", "MessageBody", "by link 🐟 & more")))
	defer answer.Body.Close()
	said := string(must(io.ReadAll(answer.Body)))
	check(strings.Contains(said, "<MessageId>"), "%s", said)
	equal(*one(made).Body, "by link 🐟 & more")
}
