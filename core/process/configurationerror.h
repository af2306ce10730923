// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <stdexcept>

namespace semper {

/// Thrown by a user process, in its constructor or in run(), that cannot work as it is configured:
/// settings that make no sense, a variable that is missing. Before the process was ready it makes
/// it "failed" with this text, in place of restarts that would end alike; a start or a reload tries
/// again. Afterwards it is an exception like others.
class SEMPER_CORE_EXPORT ConfigurationError : public std::runtime_error
{
public:
    /// \a text says what is wrong and where, for people: "settings.interval_ms: must be above 0".
    explicit ConfigurationError(const QString &text);
    ~ConfigurationError() override;
};

} // namespace semper
