// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/settingsreader.h>

#include <semper/configurationerror.h>

#include <QFileInfo>

#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

SettingsReader::SettingsReader(QJsonObject settings)
    : m_settings(std::move(settings))
{ }

void SettingsReader::read(QAnyStringView key, qint64 &target, qint64 least, qint64 greatest)
{
    const QJsonValue value = take(key);
    if (value.isUndefined())
        return;
    const double number = value.toDouble(std::nan(""));
    if (!(number >= double(least) && number <= double(greatest)) || number != std::floor(number))
        refuse(key, u"expected a whole number from %1 to %2"_s.arg(least).arg(greatest));
    target = qint64(number);
}

void SettingsReader::read(QAnyStringView key, std::chrono::milliseconds &target,
    std::chrono::milliseconds least, std::chrono::milliseconds greatest)
{
    qint64 count = target.count();
    read(key, count, least.count(), greatest.count());
    target = std::chrono::milliseconds(count);
}

void SettingsReader::read(QAnyStringView key, QString &target)
{
    const QJsonValue value = take(key);
    if (value.isUndefined())
        return;
    if (value.toString().isEmpty())
        refuse(key, u"expected some text"_s);
    target = value.toString();
}

void SettingsReader::readPath(QAnyStringView key, QString &target)
{
    const QJsonValue value = take(key);
    if (value.isUndefined())
        return;
    if (value.toString().isEmpty())
        refuse(key, u"expected a path"_s);
    target = QFileInfo(value.toString()).absoluteFilePath();
}

QJsonValue SettingsReader::take(QAnyStringView key)
{
    m_known.append(key.toString());
    return m_settings.value(m_known.constLast());
}

void SettingsReader::finish() const
{
    for (auto it = m_settings.constBegin(); it != m_settings.constEnd(); ++it)
        if (!m_known.contains(it.key()))
            refuse(it.key(), u"unknown; known are %1"_s.arg(m_known.join(u", "_s)));
}

void SettingsReader::refuse(QAnyStringView key, const QString &expected)
{
    throw ConfigurationError(u"settings.%1: %2"_s.arg(key.toString(), expected));
}

} // namespace semper
