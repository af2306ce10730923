// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/configurationerror.h>

namespace semper {

ConfigurationError::ConfigurationError(const QString &text)
    : std::runtime_error(text.toStdString())
{ }

ConfigurationError::~ConfigurationError() = default;

} // namespace semper
