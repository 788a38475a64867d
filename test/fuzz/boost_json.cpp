// boost_json.cpp: Boost.JSON as source, so that it is compiled with what a fuzzer wants to see.
#include <boost/json/src.hpp>
