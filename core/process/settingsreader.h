// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QAnyStringView>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <chrono>

namespace semper {

/// Reads the settings of a user process key by key. What makes no sense it refuses by throwing
/// ConfigurationError: "settings.interval_ms: expected a whole number from 100 to 86400000".
/// \code
/// semper::SettingsReader reader(process.settings());
/// reader.read("interval_ms", interval, 100ms, 24h);
/// reader.read("queue", queue);
/// reader.finish();
/// \endcode
/// A key that is missing leaves its target as it is.
class SEMPER_CORE_EXPORT SettingsReader
{
public:
    explicit SettingsReader(QJsonObject settings);

    /// A whole number from \a least to \a greatest.
    void read(QAnyStringView key, qint64 &target, qint64 least, qint64 greatest);
    /// A whole number of milliseconds.
    void read(QAnyStringView key, std::chrono::milliseconds &target,
        std::chrono::milliseconds least, std::chrono::milliseconds greatest);
    /// Some text; an empty one is refused.
    void read(QAnyStringView key, QString &target);
    /// A path, which becomes absolute: a relative one starts in the working directory.
    void readPath(QAnyStringView key, QString &target);
    /// Anything, for the caller to check; undefined where the key is missing.
    [[nodiscard]] QJsonValue take(QAnyStringView key);

    /// Refuses keys that nobody has read.
    void finish() const;
    /// Throws ConfigurationError: "settings.KEY: EXPECTED".
    [[noreturn]] static void refuse(QAnyStringView key, const QString &expected);

private:
    QJsonObject m_settings;
    QStringList m_known; ///< in the order in which they were read
};

} // namespace semper
