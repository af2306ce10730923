// SPDX-License-Identifier: LGPL-3.0-or-later
#include "process/currentexception.h"

#include <semper/configurationerror.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>

#include <cxxabi.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumLength = 4096;

[[nodiscard]] QString readableName(const std::type_info &type)
{
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
    return QString::fromLatin1(name ? name.get() : type.name());
}

} // namespace

QString describeCurrentException()
{
    try {
        throw;
    } catch (const std::exception &error) {
        return u"%1: %2"_s.arg(readableName(typeid(error)), QString::fromUtf8(error.what()));
    } catch (...) {
        const std::type_info *type = abi::__cxa_current_exception_type();
        return u"%1, which is no std::exception"_s.arg(type ? readableName(*type) : u"?"_s);
    }
}

Fault currentFault()
{
    try {
        throw;
    } catch (const ConfigurationError &error) {
        return {
            .what = QString::fromUtf8(error.what()).left(maximumLength), .isConfiguration = true};
    } catch (...) {
        return {.what = describeCurrentException().left(maximumLength)};
    }
}

} // namespace semper
