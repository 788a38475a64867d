// corosync_conf_test.cpp: what is said of a corosync.conf is what Corosync 3.1.7 makes of it; every
// refusal here was seen from `corosync -t`.
#include "config/corosync_conf.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace cscc::config;

namespace {

std::string totem(const std::string& lines)
{
    return "# Please read corosync.conf(5)\ntotem {\n\tversion: 2\n" + lines +
           "\tinterface {\n\t\tlinknumber: 0\n\t}\n}\n\nnodelist {\n\tnode {\n\t\tnodeid: "
           "1\n\t}\n}\n";
}

bool is_secure(const std::string& lines)
{
    return read_corosync_security(totem(lines)).secure;
}

std::string why(const std::string& lines)
{
    return read_corosync_security(totem(lines)).why;
}

bool says(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(corosync_conf)

BOOST_AUTO_TEST_CASE(nothing_said_is_nothing_protected)
{
    for (const char* lines : {"", "secauth: off\n", "transport: knet\n", "crypto_model: nss\n"}) {
        BOOST_TEST(!is_secure(lines));
        BOOST_TEST(says(why(lines), "neither encrypted nor authenticated"));
        BOOST_TEST(says(why(lines), "crypto_cipher: aes256"));
    }
    BOOST_TEST(!read_corosync_security("").secure);
}

BOOST_AUTO_TEST_CASE(secauth_or_a_cipher_with_a_hash_protects)
{
    BOOST_TEST(is_secure("secauth: on\n"));
    BOOST_TEST(is_secure("  secauth:on\n"));
    BOOST_TEST(is_secure("secauth : on  \t\r\n"));
    BOOST_TEST(is_secure("crypto_cipher: aes128\ncrypto_hash: sha512\n"));
    BOOST_TEST(is_secure("crypto_cipher: aes256\ncrypto_hash: sha256\ncrypto_model: openssl\n"));
    BOOST_TEST(is_secure("secauth: on\ntransport: knet\ncrypto_hash: sha384\n"));
    BOOST_TEST(why("secauth: on\n") ==
               "Corosync's traffic is encrypted (aes256) and authenticated (sha256).");
}

BOOST_AUTO_TEST_CASE(words_that_are_not_on_are_off)
{
    for (const char* lines : {"secauth: yes\n", "secauth: On\n", "secauth: 1\n", "secauth:\n",
                              "secauth: on # really\n", "#secauth: on\n", "  # secauth: on\n"})
        BOOST_TEST(!is_secure(lines));
}

BOOST_AUTO_TEST_CASE(half_a_protection_is_none)
{
    BOOST_TEST(says(why("secauth: on\ncrypto_cipher: none\n"), "not encrypted"));
    BOOST_TEST(says(why("crypto_hash: sha256\n"), "authenticated (sha256) but not encrypted"));
    BOOST_TEST(says(why("secauth: on\ncrypto_hash: none\n"), "does not start"));
    BOOST_TEST(says(why("crypto_cipher: aes256\n"), "not with crypto_cipher: aes256"));
    for (const char* transport : {"udp", "udpu"})
        BOOST_TEST(says(why("secauth: on\ntransport: " + std::string(transport) + "\n"),
                        "can do neither"));
}

BOOST_AUTO_TEST_CASE(what_corosync_refuses_is_not_secure)
{
    for (const char* lines :
         {"secauth: on\ncrypto_cipher: AES256\n", "secauth: on\ncrypto_cipher: 3des\n",
          "secauth: on\ncrypto_hash: sha256 # x\n", "secauth: on\ncrypto_hash:\n",
          "secauth: on\ncrypto_model: none\n", "secauth: on\ntransport: KNET\n",
          "secauth: on\ncrypto_hash sha256\n", "secauth: on }\n}\n", "secauth: on\n} # end\n",
          "secauth: on\nx {y\n}\n", "secauth: on\n{\n}\n", "secauth: on\n}\n}\n",
          "secauth: on\nx {\n"}) {
        BOOST_TEST(!is_secure(lines), lines);
        BOOST_TEST(why(lines).starts_with("Corosync does not start"), why(lines));
    }
    BOOST_TEST(says(why("x\n"), "line 4 is neither"));
}

BOOST_AUTO_TEST_CASE(the_last_word_counts_wherever_it_stands)
{
    BOOST_TEST(!is_secure("secauth: on\nsecauth: off\n"));
    BOOST_TEST(is_secure("secauth: off\nsecauth: on\n"));
    BOOST_TEST(
        !read_corosync_security(totem("secauth: on\n") + "totem {\nsecauth: off\n}\n").secure);
    BOOST_TEST(read_corosync_security(totem("") + "totem.secauth: on\n").secure);
}

BOOST_AUTO_TEST_CASE(keys_of_other_sections_are_not_meant)
{
    BOOST_TEST(!is_secure("interface {\nsecauth: on\n}\n"));
    BOOST_TEST(!is_secure("} \nlogging {\nsecauth: on\n"));
    BOOST_TEST(!read_corosync_security("secauth: on\n" + totem("")).secure);
    BOOST_TEST(is_secure("interface {\nx {\nsecauth: off\n}\n}\nsecauth: on\n"));
}

BOOST_AUTO_TEST_CASE(a_line_is_as_long_as_corosync_takes_it)
{
    BOOST_TEST(is_secure("#" + std::string(509, 'x') + "\nsecauth: on\n"));
    BOOST_TEST(!is_secure("#" + std::string(510, 'x') + "\nsecauth: on\n"));
}

BOOST_AUTO_TEST_CASE(hostile_texts_are_answered_in_printable_sentences)
{
    std::string deep;
    for (int n = 0; n < 10'000; ++n)
        deep += "a {\n";
    BOOST_TEST(says(read_corosync_security(deep).why, "nested too deeply"));
    BOOST_TEST(!is_secure(std::string(300, 'k') + ": v\nsecauth: on\n"));
    BOOST_TEST(!is_secure(std::string("secauth: on\nx: \0\n", 17)));
    BOOST_TEST(says(why("crypto_hash: \x1b[31m" + std::string(200, 'y') + "\n"), "'?[31myyy"));

    const std::string parts[] = {
        "totem",         "{",      "}", "\n", ":",  " ",  "secauth", "on",  "crypto_hash",
        "crypto_cipher", "aes256", ".", "#",  "\r", "\t", "\x01",    "\xff"};
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto n = random() % 40; n > 0; --n)
            text += parts[random() % std::size(parts)];
        const corosync_security said = read_corosync_security(text);
        BOOST_REQUIRE(said.why.ends_with("."));
        for (const char c : said.why)
            BOOST_REQUIRE((c >= ' ' && c <= '~'));
    }
}

BOOST_AUTO_TEST_SUITE_END()
